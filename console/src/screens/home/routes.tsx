import { lazy } from "react";
import type { RouteObject } from "react-router";

const Home = lazy(() => import("./home"));
const Clients = lazy(() => import("./clients"));

export const routes: RouteObject[] = [
  { path: "/", element: <Home /> },
  { path: "/connect", element: <Clients /> },
];
