import Toggle from "@cloudscape-design/components/toggle";
import type { TableDescription } from "../../aws/tables";
import { updateTable } from "../../aws/tables";
import { useSubmit } from "../../parts/submit";

/** Turns deletion protection on and off. */
export function ProtectionToggle({ table }: { table: TableDescription }) {
  const { TableName = "", DeletionProtectionEnabled = false } = table;
  const submit = useSubmit(
    (enabled: boolean) => updateTable({ TableName, DeletionProtectionEnabled: enabled }),
    {
      done: (_, enabled) => `Deletion protection of ${TableName} is ${enabled ? "on" : "off"}.`,
      tellFailure: true,
    },
  );
  return (
    <Toggle
      checked={DeletionProtectionEnabled}
      disabled={submit.busy}
      ariaLabel="Deletion protection"
      onChange={({ detail }) => void submit.run(detail.checked)}
    >
      {DeletionProtectionEnabled ? "On" : "Off"}
    </Toggle>
  );
}
