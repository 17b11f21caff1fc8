/** How loading, nothing and failure look, the same everywhere. */

import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { type Failure, failure } from "../aws/failure";

export function Loading({ label = "Loading" }: { label?: string }) {
  return (
    <Box padding="l" textAlign="center" color="text-status-inactive">
      <StatusIndicator type="loading">{label}</StatusIndicator>
    </Box>
  );
}

export function FailureAlert({ error, retry }: { error: unknown; retry?: () => void }) {
  const told = failure(error);
  return (
    <Alert
      type="error"
      header={told.code}
      action={retry === undefined ? undefined : <Button onClick={retry}>Try again</Button>}
    >
      {told.message}
    </Alert>
  );
}

/** AWS's refusal of what was submitted, if there was one. */
export function Refusal({ failure: told }: { failure: Failure | undefined }) {
  return told === undefined ? null : (
    <Alert type="error" header={told.code}>
      {told.message}
    </Alert>
  );
}

export function Empty({
  title,
  children,
  action,
}: {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <Box textAlign="center" color="inherit" padding={{ vertical: "l" }}>
      <SpaceBetween size="xs">
        <b>{title}</b>
        {children === undefined ? null : (
          <Box variant="p" color="text-body-secondary">
            {children}
          </Box>
        )}
        {action}
      </SpaceBetween>
    </Box>
  );
}

/** A query's data once it is there; until then that it is loading, or why it failed with a way to try again. */
export function Loaded<T>({
  query,
  label,
  children,
}: {
  query: UseQueryResult<T>;
  label?: string;
  children: (data: T) => ReactNode;
}) {
  if (query.data !== undefined) {
    return <>{children(query.data)}</>;
  }
  if (query.isError) {
    return <FailureAlert error={query.error} retry={() => void query.refetch()} />;
  }
  return <Loading label={label} />;
}
