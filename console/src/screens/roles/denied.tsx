import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { laidOut } from "../../aws/json-text";
import type { Denial } from "../../aws/own";
import { withStatement } from "../../aws/policy-document";
import { inlineDocument, type RoleDetails } from "../../aws/role-policies";
import { ago, count } from "../../parts/format";
import { Empty, FailureAlert } from "../../parts/states";
import { AllowIt } from "./allow-it";
import { ALLOWED_POLICY } from "./documents";
import { useDenials } from "./queries";

/** What the role was denied lately, and what would allow it. */
export function Denied({ details }: { details: RoleDetails }) {
  const name = details.role.RoleName ?? "";
  const denials = useDenials(name);
  const [allowing, setAllowing] = useState<Denial>();
  const has = details.inline.includes(ALLOWED_POLICY);
  const policy = useQuery({
    queryKey: ["inline-policy-now", name, ALLOWED_POLICY],
    queryFn: () => inlineDocument(name, ALLOWED_POLICY),
    enabled: has,
  });
  const document = has ? policy.data : "";
  if (denials.isError && denials.data === undefined) {
    return <FailureAlert error={denials.error} retry={() => void denials.refetch()} />;
  }
  const allowed = ({ remedy }: Denial) => document !== undefined && document !== "" && isIn(document, remedy);
  return (
    <>
      <Table
        variant="container"
        items={denials.data ?? []}
        trackBy={({ action, resource }) => `${action} ${resource}`}
        loading={denials.isPending}
        loadingText="Loading"
        wrapLines
        ariaLabels={{ tableLabel: "Denied" }}
        header={
          <Header
            counter={`(${denials.data?.length ?? 0})`}
            description="The last 50 things that the role asked for and its policies did not allow."
          >
            Denied
          </Header>
        }
        empty={<Empty title="Nothing was denied">What the role is denied appears here at once.</Empty>}
        columnDefinitions={columnsOf(allowed, document !== undefined ? setAllowing : undefined)}
      />
      {allowing === undefined ? null : (
        <AllowIt
          role={name}
          denial={allowing}
          policy={document ?? ""}
          onClose={() => setAllowing(undefined)}
        />
      )}
    </>
  );
}

/** Whether adding the statement would change nothing. */
function isIn(document: string, statement: string): boolean {
  return withStatement(document, statement) === laidOut(document);
}

const columnsOf = (
  allowed: (denial: Denial) => boolean,
  allow: ((denial: Denial) => void) | undefined,
): TableProps.ColumnDefinition<Denial>[] => [
  {
    id: "action",
    header: "Action and resource",
    isRowHeader: true,
    minWidth: 260,
    cell: ({ action, resource }) => (
      <>
        <b>{action}</b>
        <Box color="text-body-secondary" fontSize="body-s">
          {resource}
        </Box>
      </>
    ),
  },
  { id: "reason", header: "Reason", minWidth: 220, cell: ({ reason }) => reason },
  { id: "count", header: "Count", width: 90, cell: (denial) => count(denial.count) },
  { id: "last", header: "Last time", width: 140, cell: ({ last }) => ago(last) },
  {
    id: "remedy",
    header: "What would allow it",
    width: 240,
    cell: (denial) => (
      <SpaceBetween direction="horizontal" size="xs" alignItems="center">
        {allowed(denial) ? (
          <StatusIndicator type="success">Allowed now</StatusIndicator>
        ) : (
          <Button ariaLabel={`Allow it: ${denial.action}`} disabled={!allow} onClick={() => allow?.(denial)}>
            Allow it
          </Button>
        )}
        <CopyToClipboard
          variant="icon"
          textToCopy={denial.remedy}
          copyButtonAriaLabel={`Copy the statement that allows ${denial.action}`}
          copySuccessText="Copied"
          copyErrorText="It could not be copied"
        />
      </SpaceBetween>
    ),
  },
];
