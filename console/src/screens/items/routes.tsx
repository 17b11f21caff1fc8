import { lazy } from "react";
import type { RouteObject } from "react-router";

const Explore = lazy(() => import("./explore"));
const CreateItem = lazy(() => import("./create-item"));
const EditItem = lazy(() => import("./edit-item"));

export const routes: RouteObject[] = [
  { path: "/tables/:name/items", element: <Explore /> },
  { path: "/tables/:name/items/create", element: <CreateItem /> },
  { path: "/tables/:name/items/edit", element: <EditItem /> },
];
