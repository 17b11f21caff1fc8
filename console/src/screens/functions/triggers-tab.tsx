import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import { qualifierOf, tableOf } from "../../aws/arn";
import { count, dateTime } from "../../parts/format";
import { useStatus } from "../../parts/queries";
import { Empty, FailureAlert } from "../../parts/states";
import { paths } from "../../paths";
import type { TabProps } from "./function";
import { useTriggersOf } from "./queries";
import { stateType } from "./triggers";

/** What calls the function by itself. */
export default function TriggersTab({ name }: TabProps) {
  const mappings = useTriggersOf(name);
  const status = useStatus();
  const figures = new Map((status.data?.mappings ?? []).map((one) => [one.uuid, one]));
  if (mappings.isError && mappings.data === undefined) {
    return <FailureAlert error={mappings.error} retry={() => void mappings.refetch()} />;
  }
  const add = <Button href={paths.createTrigger(undefined, name)}>Add trigger</Button>;
  return (
    <Table
      items={mappings.data ?? []}
      trackBy="UUID"
      loading={mappings.isPending}
      loadingText="Loading triggers"
      enableKeyboardNavigation
      ariaLabels={{ tableLabel: "Triggers of this function" }}
      header={
        <Header
          counter={mappings.data && `(${mappings.data.length})`}
          actions={add}
          description="The streams whose records the function is called with."
        >
          Triggers
        </Header>
      }
      empty={
        <Empty title="No triggers" action={add}>
          The function runs when it is called. Connect it to the stream of a table to have it called with
          every change.
        </Empty>
      }
      columnDefinitions={[
        {
          id: "table",
          header: "DynamoDB table",
          isRowHeader: true,
          cell: (mapping) => (
            <Link href={paths.trigger(mapping.UUID ?? "")}>{tableOf(mapping.EventSourceArn)}</Link>
          ),
        },
        {
          id: "state",
          header: "State",
          cell: (mapping) => <StatusIndicator type={stateType(mapping)}>{mapping.State}</StatusIndicator>,
        },
        {
          id: "result",
          header: "Last result",
          cell: (mapping) => mapping.LastProcessingResult,
        },
        {
          id: "delivered",
          header: "Delivered",
          cell: ({ UUID }) => count(figures.get(UUID ?? "")?.delivered ?? 0),
        },
        {
          id: "pending",
          header: "Pending",
          cell: ({ UUID }) => count(figures.get(UUID ?? "")?.pending ?? 0),
        },
        {
          id: "qualifier",
          header: "Version or alias",
          cell: ({ FunctionArn }) => qualifierOf(FunctionArn) ?? "$LATEST",
        },
        { id: "batch", header: "Batch size", cell: ({ BatchSize }) => BatchSize },
        {
          id: "modified",
          header: "Last modified",
          cell: ({ LastModified }) => (LastModified === undefined ? "" : dateTime(LastModified)),
        },
      ]}
    />
  );
}
