import { lazy } from "react";
import type { RouteObject } from "react-router";

const Groups = lazy(() => import("./groups"));
const Group = lazy(() => import("./group"));
const Stream = lazy(() => import("./stream"));
const Tail = lazy(() => import("./tail"));

export const routes: RouteObject[] = [
  { path: "/logs", element: <Groups /> },
  { path: "/logs/:group", element: <Group /> },
  { path: "/logs/:group/:stream", element: <Stream /> },
  { path: "/live-tail", element: <Tail /> },
];
