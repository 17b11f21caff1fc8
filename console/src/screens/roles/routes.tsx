import { lazy } from "react";
import type { RouteObject } from "react-router";

const Roles = lazy(() => import("./roles"));
const CreateRole = lazy(() => import("./create"));
const Role = lazy(() => import("./role"));

export const routes: RouteObject[] = [
  { path: "/roles", element: <Roles /> },
  { path: "/create-role", element: <CreateRole /> },
  { path: "/roles/:name", element: <Role /> },
];
