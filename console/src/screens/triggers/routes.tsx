import { lazy } from "react";
import type { RouteObject } from "react-router";

const Triggers = lazy(() => import("./triggers"));
const Trigger = lazy(() => import("./trigger"));
const CreateTrigger = lazy(() => import("./create-trigger"));
const EditTrigger = lazy(() => import("./edit-trigger"));

export const routes: RouteObject[] = [
  { path: "/triggers", element: <Triggers /> },
  { path: "/triggers/:uuid", element: <Trigger /> },
  { path: "/triggers/:uuid/edit", element: <EditTrigger /> },
  { path: "/create-trigger", element: <CreateTrigger /> },
];
