import { lazy } from "react";
import type { RouteObject } from "react-router";

const Home = lazy(() => import("./home"));

export const routes: RouteObject[] = [{ path: "/", element: <Home /> }];
