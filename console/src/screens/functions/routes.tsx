import { lazy } from "react";
import { Navigate, type RouteObject } from "react-router";

const Functions = lazy(() => import("./functions"));
const CreateFunction = lazy(() => import("./create/create-function"));
const OneFunction = lazy(() => import("./function"));

export const routes: RouteObject[] = [
  { path: "/functions", element: <Functions /> },
  { path: "/create-function", element: <CreateFunction /> },
  { path: "/functions/:name", element: <Navigate to="code" replace /> },
  { path: "/functions/:name/:tab", element: <OneFunction /> },
];
