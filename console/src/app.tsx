import { QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { createHashRouter, type RouteObject, RouterProvider } from "react-router";
import { health } from "./aws/own";
import { meet, signedIn } from "./aws/session";
import { FailureAlert, Loading } from "./parts/states";
import { routes as functions } from "./screens/functions/routes";
import { routes as home } from "./screens/home/routes";
import { routes as items } from "./screens/items/routes";
import { routes as logs } from "./screens/logs/routes";
import { routes as roles } from "./screens/roles/routes";
import { routes as streams } from "./screens/streams/routes";
import { routes as tables } from "./screens/tables/routes";
import { routes as triggers } from "./screens/triggers/routes";
import { Broken, NotFound } from "./shell/broken";
import { Shell } from "./shell/shell";
import { SignIn } from "./shell/sign-in";

const client = new QueryClient({
  defaultOptions: { queries: { retry: false, staleTime: 1000, refetchOnWindowFocus: true } },
});

export function App() {
  return (
    <QueryClientProvider client={client}>
      <Door />
    </QueryClientProvider>
  );
}

/** Lets in who has keys, when keys are asked for. */
function Door() {
  const server = useQuery({
    queryKey: ["health"],
    queryFn: async () => {
      const told = await health();
      meet(told);
      return told;
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
  const [entered, setEntered] = useState(signedIn());
  if (server.isError) {
    return <FailureAlert error={server.error} retry={() => void server.refetch()} />;
  }
  if (server.data === undefined) {
    return <Loading label="Connecting" />;
  }
  if (server.data.auth && !entered) {
    return <SignIn done={() => setEntered(true)} />;
  }
  return <Screens version={server.data.version} closed={server.data.auth} />;
}

function Screens({ version, closed }: { version: string; closed: boolean }) {
  const [router] = useState(() =>
    createHashRouter([
      {
        element: <Shell version={version} closed={closed} />,
        errorElement: <Broken />,
        hydrateFallbackElement: <Loading />,
        children: all,
      },
    ]),
  );
  return <RouterProvider router={router} />;
}

const screens: RouteObject[] = [
  ...home,
  ...tables,
  ...items,
  ...streams,
  ...triggers,
  ...functions,
  ...logs,
  ...roles,
  { path: "*", element: <NotFound /> },
];

/** A screen that breaks leaves the navigation around it alone. */
const all: RouteObject[] = screens.map((route) => ({ errorElement: <Broken />, ...route }) as RouteObject);
