import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useParams } from "react-router";
import { isMissing } from "../../aws/failure";
import { getMapping } from "../../aws/mappings";
import { useGo } from "../../parts/go";
import { useLive } from "../../parts/live";
import { Page } from "../../parts/page";
import type { Sample } from "../../parts/samples";
import { Empty, Loaded } from "../../parts/states";
import { useSamples } from "../../parts/use-samples";
import { paths } from "../../paths";
import { Accounting } from "./accounting";
import { Attempts } from "./attempts";
import { Charts } from "./charts";
import { DeleteTriggers } from "./delete-triggers";
import { Missing } from "./missing";
import { Settings } from "./settings";
import { type Row, rowsOf } from "./standing";
import { Summary } from "./summary";
import { useTriggerActions } from "./use-trigger-actions";

const AGAIN_MS = 3000;

/** One trigger: how it gets on, every attempt it made, and how it is set up. */
export default function Trigger() {
  const { uuid = "" } = useParams();
  const client = useQueryClient();
  const mapping = useQuery({
    queryKey: ["mapping", uuid],
    queryFn: () => getMapping(uuid),
    // One that is gone is not asked for again and again.
    refetchInterval: (query) => (query.state.status === "error" ? false : AGAIN_MS),
  });
  const { status, samples } = useSamples();
  useLive((events) => {
    if (events.some((event) => event.kind === "delivery" && event.mapping === uuid)) {
      void client.invalidateQueries({ queryKey: ["deliveries", uuid] });
    }
  });
  if (mapping.data === undefined) {
    return (
      <Page title="Trigger" crumbs={[{ text: "Triggers", href: paths.triggers() }]}>
        {mapping.isError && isMissing(mapping.error) ? (
          <Empty
            title="There is no such trigger"
            action={<Button href={paths.triggers()}>All triggers</Button>}
          >
            It may have been deleted, or be in another region.
          </Empty>
        ) : (
          <Loaded query={mapping}>{() => null}</Loaded>
        )}
      </Page>
    );
  }
  const [row] = rowsOf([mapping.data], status?.mappings ?? []);
  return row === undefined ? null : <Shown row={row} now={status?.now} samples={samples} />;
}

interface ShownProps {
  row: Row;
  now: number | undefined;
  samples: readonly Sample[];
}

function Shown({ row, now, samples }: ShownProps) {
  const title = `${row.table} → ${row.function}`;
  return (
    <Page
      title={title}
      crumbs={[{ text: "Triggers", href: paths.triggers() }]}
      description={row.uuid}
      actions={<Actions row={row} />}
    >
      <SpaceBetween size="l">
        {row.status === undefined ? null : <Missing status={row.status} />}
        <Summary row={row} />
        <Attempts row={row} now={now} />
        {row.status === undefined ? null : <Charts mapping={row.status} samples={samples} />}
        {row.status === undefined ? null : <Accounting status={row.status} />}
        <Settings mapping={row.mapping} />
      </SpaceBetween>
    </Page>
  );
}

function Actions({ row }: { row: Row }) {
  const { enable, remove } = useTriggerActions();
  const [deleting, setDeleting] = useState(false);
  const go = useGo();
  const on = row.state === "Enabled";
  return (
    <>
      <SpaceBetween direction="horizontal" size="xs">
        <Button loading={enable.busy} onClick={() => void enable.run({ rows: [row], on: !on })}>
          {on ? "Disable" : "Enable"}
        </Button>
        <Button href={paths.editTrigger(row.uuid)}>Edit</Button>
        <Button onClick={() => setDeleting(true)}>Delete</Button>
      </SpaceBetween>
      {deleting ? (
        <DeleteTriggers
          rows={[row]}
          remove={remove}
          dismiss={() => setDeleting(false)}
          done={() => go(paths.triggers())}
        />
      ) : null}
    </>
  );
}
