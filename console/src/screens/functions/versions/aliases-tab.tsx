import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { deleteAlias } from "../../../aws/versions";
import { Copyable } from "../../../parts/copyable";
import { Deletion } from "../../../parts/deletion";
import { Empty } from "../../../parts/states";
import type { TabProps } from "../function";
import { useAliases } from "../queries";
import { ChoiceTable } from "./choice-table";
import { EditAlias } from "./edit-alias";
import { routed } from "./routing";

/** Names that lead to versions, and can lead to others later. */
export default function AliasesTab({ name }: TabProps) {
  const aliases = useAliases(name);
  const [chosen, setChosen] = useState<string>();
  const [dialog, setDialog] = useState<"create" | "edit" | "delete">();
  const rows = aliases.data ?? [];
  const alias = rows.find(({ Name }) => Name === chosen);
  const done = () => setDialog(undefined);
  const create = <Button onClick={() => setDialog("create")}>Create alias</Button>;
  return (
    <>
      <ChoiceTable
        title="Aliases"
        one="Alias"
        description="An alias leads to a version, or divides its invocations between two."
        query={aliases}
        rows={rows}
        idOf={({ Name = "" }) => Name}
        labelOf={({ Name = "" }) => Name}
        chosen={chosen}
        onChoose={setChosen}
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
        empty={
          <Empty title="No aliases" action={create}>
            A trigger or a caller that names an alias need not know versions.
          </Empty>
        }
        columns={[
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
        <DeleteAlias name={name} alias={alias.Name ?? ""} done={done} />
      ) : null}
    </>
  );
}

function DeleteAlias({ name, alias, done }: { name: string; alias: string; done: () => void }) {
  return (
    <Deletion
      title={`Delete the alias ${alias}?`}
      remove={() => deleteAlias(name, alias)}
      told={`Deleted the alias ${alias}.`}
      done={done}
    >
      Triggers and callers that name {name}:{alias} will not find it any more. The versions stay.
    </Deletion>
  );
}
