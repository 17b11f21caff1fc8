import { lazy } from "react";
import type { RouteObject } from "react-router";

const Stream = lazy(() => import("./stream"));

export const routes: RouteObject[] = [{ path: "/tables/:name/stream", element: <Stream /> }];
