import { lazy } from "react";
import { Navigate, type RouteObject, useParams } from "react-router";
import { paths } from "../../paths";

const Tables = lazy(() => import("./list"));
const CreateTable = lazy(() => import("./create"));
const Table = lazy(() => import("./table"));
const TurnOnStream = lazy(() => import("./turn-on-stream"));

function ToOverview() {
  const { name = "" } = useParams();
  return <Navigate replace to={paths.table(name).slice(1)} />;
}

export const routes: RouteObject[] = [
  { path: "/tables", element: <Tables /> },
  { path: "/create-table", element: <CreateTable /> },
  { path: "/tables/:name", element: <ToOverview /> },
  { path: "/tables/:name/turn-on-stream", element: <TurnOnStream /> },
  { path: "/tables/:name/:tab", element: <Table /> },
];
