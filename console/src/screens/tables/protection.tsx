import Toggle from "@cloudscape-design/components/toggle";
import { useState } from "react";
import type { TableDescription } from "../../aws/tables";
import { updateTable } from "../../aws/tables";
import { isOpen } from "../../parts/queries";
import { useSubmit } from "../../parts/submit";

/** Turns deletion protection on and off. */
export function ProtectionToggle({ table }: { table: TableDescription }) {
  const { TableName = "", DeletionProtectionEnabled = false } = table;
  const [wanted, setWanted] = useState(DeletionProtectionEnabled);
  const submit = useSubmit(
    (enabled: boolean) => updateTable({ TableName, DeletionProtectionEnabled: enabled }),
    {
      done: (_, enabled) => `Deletion protection of ${TableName} is ${enabled ? "on" : "off"}.`,
      tellFailure: true,
    },
  );
  const shown = submit.busy ? wanted : DeletionProtectionEnabled;
  return (
    <Toggle
      checked={shown}
      disabled={submit.busy || !isOpen(table)}
      ariaLabel="Deletion protection"
      onChange={({ detail }) => {
        setWanted(detail.checked);
        void submit.run(detail.checked);
      }}
    >
      {shown ? "On" : "Off"}
    </Toggle>
  );
}
