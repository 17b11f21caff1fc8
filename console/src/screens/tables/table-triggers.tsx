import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import { useState } from "react";
import { functionOf } from "../../aws/arn";
import { deleteMapping, type EventSourceMappingConfiguration, updateMapping } from "../../aws/mappings";
import type { TableDescription } from "../../aws/tables";
import { Confirm } from "../../parts/confirm";
import { Cut } from "../../parts/cut";
import { Empty, FailureAlert } from "../../parts/states";
import { useSubmit } from "../../parts/submit";
import { paths } from "../../paths";
import { useTableTriggers } from "./queries";
import { streamView } from "./words";

type Trigger = EventSourceMappingConfiguration;

const functionName = ({ FunctionArn }: Trigger) => functionOf(FunctionArn);
const isOn = ({ State = "" }: Trigger) => /^(Enabled|Enabling|Creating|Updating)$/.test(State);

/** The mappings that read this table's streams. */
export function TableTriggers({ table }: { table: TableDescription }) {
  const { TableName = "", TableArn = "", LatestStreamArn } = table;
  const triggers = useTableTriggers(TableArn);
  const [selected, setSelected] = useState<string>();
  const [deleting, setDeleting] = useState(false);
  const all = triggers.data ?? [];
  const chosen = all.find(({ UUID }) => UUID === selected);
  if (triggers.isError) {
    return <FailureAlert error={triggers.error} retry={() => void triggers.refetch()} />;
  }
  return (
    <>
      <Table
        items={all}
        loading={triggers.isPending}
        loadingText="Loading triggers"
        columnDefinitions={columns(LatestStreamArn)}
        trackBy="UUID"
        selectionType="single"
        selectedItems={chosen === undefined ? [] : [chosen]}
        onSelectionChange={({ detail }) => setSelected(detail.selectedItems[0]?.UUID)}
        ariaLabels={{
          tableLabel: "Triggers",
          selectionGroupLabel: "Trigger selection",
          itemSelectionLabel: (_, trigger) => `Select the trigger of ${functionName(trigger)}`,
        }}
        empty={
          <Empty title="No triggers">A trigger runs a Lambda function when items of the table change.</Empty>
        }
        header={
          <Header
            variant="h2"
            counter={`(${all.length})`}
            description="Lambda functions that run when items of the table change."
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Enable trigger={chosen} />
                <Button disabled={chosen === undefined} onClick={() => setDeleting(true)}>
                  Delete
                </Button>
                <CreateTrigger table={TableName} streaming={streamView(table) !== undefined} />
              </SpaceBetween>
            }
          >
            Trigger
          </Header>
        }
      />
      {deleting && chosen !== undefined ? (
        <DeleteTrigger
          trigger={chosen}
          table={TableName}
          onDone={() => {
            setDeleting(false);
            setSelected(undefined);
          }}
          onDismiss={() => setDeleting(false)}
        />
      ) : null}
    </>
  );
}

function columns(stream: string | undefined): TableProps.ColumnDefinition<Trigger>[] {
  return [
    {
      id: "function",
      header: "Function",
      cell: (trigger) => (
        <Cut text={functionName(trigger)} width="22vw">
          <Link href={paths.function(functionName(trigger))}>{functionName(trigger)}</Link>
        </Cut>
      ),
      isRowHeader: true,
    },
    {
      id: "state",
      header: "State",
      cell: (trigger) => (
        <StatusIndicator type={isOn(trigger) ? "success" : "stopped"}>{trigger.State}</StatusIndicator>
      ),
    },
    { id: "batch", header: "Batch size", cell: ({ BatchSize }) => BatchSize },
    {
      id: "result",
      header: "Last result",
      cell: ({ LastProcessingResult = "-" }) => <Result text={LastProcessingResult} />,
    },
    {
      id: "stream",
      header: "Stream",
      cell: ({ EventSourceArn }) => (EventSourceArn === stream ? "Latest" : "An earlier one"),
    },
    {
      id: "details",
      header: "Details",
      cell: (trigger) => (
        <Link href={paths.trigger(trigger.UUID ?? "")} ariaLabel={`View trigger of ${functionName(trigger)}`}>
          View trigger
        </Link>
      ),
    },
  ];
}

/** AWS begins what went wrong with PROBLEM. */
function Result({ text }: { text: string }) {
  return text.startsWith("PROBLEM") ? (
    <StatusIndicator type="error" wrapText>
      {text}
    </StatusIndicator>
  ) : (
    text
  );
}

function CreateTrigger({ table, streaming }: { table: string; streaming: boolean }) {
  return (
    <ButtonDropdown
      variant="primary"
      disabled={!streaming}
      disabledReason="Turn on the DynamoDB stream first: triggers read it."
      items={[
        {
          id: "new",
          text: "Create new",
          secondaryText: "A new Lambda function",
          href: paths.createFunction(table),
        },
        {
          id: "existing",
          text: "Use existing",
          secondaryText: "A function that there is already",
          href: paths.createTrigger(table),
        },
      ]}
    >
      Create trigger
    </ButtonDropdown>
  );
}

function Enable({ trigger }: { trigger: Trigger | undefined }) {
  const on = trigger !== undefined && isOn(trigger);
  const submit = useSubmit(({ UUID }: Trigger) => updateMapping({ UUID, Enabled: !on }), {
    done: (_, given) => `The trigger of ${functionName(given)} is ${on ? "disabled" : "enabled"}.`,
    tellFailure: true,
  });
  return (
    <Button
      disabled={trigger === undefined}
      loading={submit.busy}
      onClick={() => trigger !== undefined && void submit.run(trigger)}
    >
      {on || trigger === undefined ? "Disable" : "Enable"}
    </Button>
  );
}

interface DeleteTriggerProps {
  trigger: Trigger;
  table: string;
  onDone: () => void;
  onDismiss: () => void;
}

function DeleteTrigger({ trigger, table, onDone, onDismiss }: DeleteTriggerProps) {
  const name = functionName(trigger);
  const submit = useSubmit(() => deleteMapping(trigger.UUID ?? ""), {
    done: () => `The trigger of ${name} was deleted.`,
  });
  const confirm = async () => {
    if (await submit.run()) {
      onDone();
    }
  };
  return (
    <Confirm
      title="Delete trigger"
      action="Delete"
      busy={submit.busy}
      failure={submit.failure}
      onConfirm={() => void confirm()}
      onDismiss={onDismiss}
    >
      {name} will not run any more when {table} changes. The function stays; how far it came is forgotten.
    </Confirm>
  );
}
