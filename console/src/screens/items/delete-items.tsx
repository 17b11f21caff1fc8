import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import type { Item } from "../../aws/attributes";
import { deleteBatch, deleteItems } from "../../aws/items";
import { Confirm } from "../../parts/confirm";
import { count } from "../../parts/format";
import { useSubmit } from "../../parts/submit";
import { keyOf } from "./table-keys";

interface DeleteItemsProps {
  table: string;
  items: readonly Item[];
  keys: string[];
  onDone: () => void;
  onDismiss: () => void;
}

const items = (many: number) => (many === 1 ? "1 item" : `${count(many)} items`);

export function DeleteItems({ table, items: chosen, keys, onDone, onDismiss }: DeleteItemsProps) {
  const [done, setDone] = useState(0);
  const submit = useSubmit(
    () =>
      deleteItems(
        chosen.map((item) => keyOf(item, keys)),
        deleteBatch(table),
        setDone,
      ),
    { done: (many) => `${items(many)} deleted from ${table}.` },
  );
  const run = async () => {
    if (await submit.run()) {
      onDone();
    }
  };
  return (
    <Confirm
      title="Delete items"
      action="Delete"
      busy={submit.busy}
      failure={submit.failure}
      onConfirm={() => void run()}
      onDismiss={onDismiss}
    >
      <SpaceBetween size="s">
        <span>
          {items(chosen.length)} will be deleted from <b>{table}</b>. This cannot be undone.
        </span>
        {submit.busy ? (
          <ProgressBar
            value={(100 * done) / chosen.length}
            label="Deleting"
            additionalInfo={`${count(done)} of ${items(chosen.length)}`}
          />
        ) : null}
      </SpaceBetween>
    </Confirm>
  );
}
