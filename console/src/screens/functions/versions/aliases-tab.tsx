import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { type AliasConfiguration, deleteAlias } from "../../../aws/versions";
import { Confirm } from "../../../parts/confirm";
import { Copyable } from "../../../parts/copyable";
import { Empty, FailureAlert } from "../../../parts/states";
import { useSubmit } from "../../../parts/submit";
import type { TabProps } from "../function";
import { useAliases } from "../queries";
import { EditAlias } from "./edit-alias";
import { routed } from "./routing";

/** Names that lead to versions, and can lead to others later. */
export default function AliasesTab({ name }: TabProps) {
  const aliases = useAliases(name);
  const [chosen, setChosen] = useState<string>();
  const [dialog, setDialog] = useState<"create" | "edit" | "delete">();
  const selected = (aliases.data ?? []).filter(({ Name }) => Name === chosen);
  const [alias] = selected;
  if (aliases.isError && aliases.data === undefined) {
    return <FailureAlert error={aliases.error} retry={() => void aliases.refetch()} />;
  }
  const done = () => setDialog(undefined);
  const create = <Button onClick={() => setDialog("create")}>Create alias</Button>;
  return (
    <>
      <Table
        items={aliases.data ?? []}
        trackBy="Name"
        loading={aliases.isPending}
        loadingText="Loading aliases"
        selectionType="single"
        selectedItems={selected}
        onSelectionChange={({ detail }) => setChosen(detail.selectedItems[0]?.Name)}
        wrapLines
        ariaLabels={{
          tableLabel: "Aliases",
          selectionGroupLabel: "Alias to act on",
          itemSelectionLabel: (_, { Name = "" }) => Name,
        }}
        header={
          <Header
            counter={aliases.data && `(${aliases.data.length})`}
            description="An alias leads to a version, or divides its invocations between two."
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button disabled={alias === undefined} onClick={() => setDialog("edit")}>
                  Edit
                </Button>
                <Button disabled={alias === undefined} onClick={() => setDialog("delete")}>
                  Delete
                </Button>
                {create}
              </SpaceBetween>
            }
          >
            Aliases
          </Header>
        }
        empty={
          <Empty title="No aliases" action={create}>
            A trigger or a caller that names an alias need not know versions.
          </Empty>
        }
        columnDefinitions={[
          { id: "name", header: "Name", cell: ({ Name }) => Name, isRowHeader: true },
          { id: "versions", header: "Versions", cell: routed },
          { id: "description", header: "Description", cell: ({ Description }) => Description || "-" },
          {
            id: "arn",
            header: "ARN",
            cell: ({ AliasArn = "" }) => <Copyable text={AliasArn} what="the alias's ARN" />,
          },
        ]}
      />
      {dialog === "create" ? <EditAlias name={name} alias={undefined} done={done} /> : null}
      {dialog === "edit" && alias !== undefined ? <EditAlias name={name} alias={alias} done={done} /> : null}
      {dialog === "delete" && alias !== undefined ? (
        <DeleteAlias name={name} alias={alias} done={done} />
      ) : null}
    </>
  );
}

function DeleteAlias({
  name,
  alias: { Name = "" },
  done,
}: {
  name: string;
  alias: AliasConfiguration;
  done: () => void;
}) {
  const removal = useSubmit(() => deleteAlias(name, Name), { done: () => `Deleted the alias ${Name}.` });
  return (
    <Confirm
      title={`Delete the alias ${Name}?`}
      action="Delete"
      busy={removal.busy}
      failure={removal.failure}
      onDismiss={done}
      onConfirm={() => {
        void removal.run().then((gone) => {
          if (gone !== undefined) {
            done();
          }
        });
      }}
    >
      Triggers and callers that name {name}:{Name} will not find it any more. The versions stay.
    </Confirm>
  );
}
