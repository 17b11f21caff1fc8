import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { roleOf } from "../../aws/arn";
import { duration } from "../../parts/format";
import { paths } from "../../paths";
import { Countdown } from "./countdown";
import { attempts, records } from "./counts";
import { CountsBar } from "./counts-bar";
import { type Row, standing } from "./standing";

/** An error longer than this gets a line of its own. */
const ERROR_BESIDE_MAX = 160;

/** How the trigger gets on, at a glance. */
export function Summary({ row }: { row: Row }) {
  const { status, mapping } = row;
  const [type, words] = standing(row);
  const next = status?.retry_in_seconds ?? null;
  return (
    <Container header={<Header variant="h2">Status</Header>}>
      <SpaceBetween size="l">
        <KeyValuePairs
          columns={4}
          items={[
            {
              label: "State",
              value: (
                <>
                  <StatusIndicator type={type}>{words}</StatusIndicator>
                  {(status?.attempts ?? 0) > 0 && row.state === "Enabled" ? (
                    <Box fontSize="body-s" color="text-body-secondary">
                      {attempts(status?.attempts ?? 0)}
                      {next === null ? null : (
                        <>
                          , <Countdown seconds={next} />
                        </>
                      )}
                    </Box>
                  ) : null}
                </>
              ),
            },
            {
              label: "Table and stream",
              value: (
                <SpaceBetween direction="horizontal" size="xs">
                  <Name href={paths.table(row.table)}>{row.table}</Name>
                  <Link href={paths.stream(row.table)}>Stream</Link>
                </SpaceBetween>
              ),
            },
            {
              label: "Function and role",
              value: (
                <SpaceBetween direction="horizontal" size="xs">
                  <Name href={paths.function(row.function)}>{row.function}</Name>
                  {status?.role ? <Link href={paths.role(roleOf(status.role))}>Role</Link> : null}
                </SpaceBetween>
              ),
            },
            {
              label: "Lag",
              value: status?.pending
                ? `${duration(status.lag_seconds ?? 0)}, ${records(status.pending)}`
                : "None",
            },
          ]}
        />
        {status === undefined ? null : <CountsBar status={status} />}
        <KeyValuePairs
          columns={(status?.last_error?.length ?? 0) > ERROR_BESIDE_MAX ? 1 : 2}
          items={[
            { label: "Last processing result", value: mapping.LastProcessingResult ?? "-" },
            ...(status?.last_error
              ? [{ label: "Last error of the function", value: status.last_error }]
              : []),
          ]}
        />
      </SpaceBetween>
    </Container>
  );
}

/** A name however long, within its column. */
function Name({ href, children }: { href: string; children: string }) {
  return (
    <span style={{ overflowWrap: "anywhere" }}>
      <Link href={href}>{children}</Link>
    </span>
  );
}
