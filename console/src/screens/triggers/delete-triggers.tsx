import { Confirm } from "../../parts/confirm";
import { count } from "../../parts/format";
import type { Row } from "./standing";
import type { useTriggerActions } from "./use-trigger-actions";

interface DeleteTriggersProps {
  rows: readonly Row[];
  remove: ReturnType<typeof useTriggerActions>["remove"];
  dismiss: () => void;
  done: () => void;
}

export function DeleteTriggers({ rows, remove, dismiss, done }: DeleteTriggersProps) {
  const pending = rows.reduce((sum, { status }) => sum + (status?.pending ?? 0), 0);
  const confirm = async () => {
    if (await remove.run(rows)) {
      done();
    }
  };
  return (
    <Confirm
      title={rows.length === 1 ? "Delete trigger" : `Delete ${rows.length} triggers`}
      action="Delete"
      busy={remove.busy}
      failure={remove.failure}
      onConfirm={() => void confirm()}
      onDismiss={dismiss}
    >
      {rows.map(({ uuid, table, function: name }) => (
        <div key={uuid}>
          The changes of <b>{table}</b> no longer reach <b>{name}</b>.
        </div>
      ))}
      {pending === 0
        ? "The table, its stream and the function stay."
        : `${count(pending)} records that wait are not delivered.`}
    </Confirm>
  );
}
