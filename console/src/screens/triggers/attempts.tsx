import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type Delivery, deliveries } from "../../aws/own";
import { clockTime, count } from "../../parts/format";
import { outcomeType, outcomeWords } from "../../parts/outcome";
import { Empty, Loaded } from "../../parts/states";
import { BatchLine } from "./batch-line";
import { entriesOf } from "./batches";
import { records as recordsText } from "./counts";
import type { Row } from "./standing";

const PAGE = 50;
const AGAIN_MS = 3000;

/** Everything the trigger did lately, the newest first. `now` is the server's time. */
export function Attempts({ row, now }: { row: Row; now: number | undefined }) {
  const [page, setPage] = useState(1);
  const query = useQuery({
    queryKey: ["deliveries", row.uuid],
    queryFn: () => deliveries(row.uuid),
    refetchInterval: AGAIN_MS,
  });
  const entries = entriesOf(query.data ?? []);
  const pages = Math.max(1, Math.ceil(entries.length / PAGE));
  const shown = Math.min(page, pages);
  return (
    <Container
      header={
        <Header
          variant="h2"
          counter={query.data === undefined ? "" : `(${count(query.data.length)})`}
          description="The last 200 deliveries since the server started, the newest first."
          actions={
            pages === 1 ? undefined : (
              <Pagination
                currentPageIndex={shown}
                pagesCount={pages}
                onChange={({ detail }) => setPage(detail.currentPageIndex)}
              />
            )
          }
        >
          Attempts
        </Header>
      }
    >
      <Loaded query={query}>
        {() =>
          entries.length === 0 ? (
            <Empty title="Nothing was delivered yet">
              Write an item to {row.table}: the attempt shows here as it is made.
            </Empty>
          ) : (
            <ol className="attempts" aria-label="Deliveries">
              {entries.slice((shown - 1) * PAGE, shown * PAGE).map((entry) => (
                <li key={entry.id} className="attempts-batch">
                  {entry.kind === "note" ? (
                    <NoteLine of={entry.delivery} />
                  ) : (
                    <BatchLine batch={entry} now={now ?? Date.now() / 1000} on={row.state === "Enabled"} />
                  )}
                </li>
              ))}
            </ol>
          )
        }
      </Loaded>
    </Container>
  );
}

function NoteLine({ of: { started, outcome, records, reason } }: { of: Delivery }) {
  const what = records === 0 ? "" : recordsText(records);
  return (
    <SpaceBetween direction="horizontal" size="s">
      <span>{clockTime(started)}</span>
      <StatusIndicator type={outcomeType(outcome)}>{outcomeWords(outcome)}</StatusIndicator>
      <span>{[what, said(reason)].filter(Boolean).join(": ")}</span>
    </SpaceBetween>
  );
}

/** Why, in short: a statement that is missing is shown whole at the top of the page. */
const said = (reason: string | null) => (reason?.startsWith("{") ? "the role lacks a permission" : reason);
