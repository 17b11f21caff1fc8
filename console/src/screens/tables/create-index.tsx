import { useState } from "react";
import { describeTable, type TableDescription, updateTable } from "../../aws/tables";
import { FormModal } from "../../parts/form-modal";
import { useSubmit } from "../../parts/submit";
import { addition, type IndexDraft, newIndex } from "./draft";
import { isReady } from "./index-columns";
import { IndexFields } from "./index-fields";
import { placesOfIndex } from "./places";
import { isOnDemand } from "./words";

interface CreateIndexProps {
  table: TableDescription;
  onDone: () => void;
}

/** Adds a global index. Of many items it is filled in the background: the list shows how far it is. */
export function CreateIndex({ table, onDone }: CreateIndexProps) {
  const { TableName = "", GlobalSecondaryIndexes = [] } = table;
  const [draft, setDraft] = useState(() => newIndex("global", 1));
  const billing = isOnDemand(table) ? "PAY_PER_REQUEST" : "PROVISIONED";
  const create = async (given: IndexDraft): Promise<boolean> => {
    await updateTable(addition(TableName, given, billing));
    const { GlobalSecondaryIndexes: made = [] } = await describeTable(TableName);
    return made.some((index) => index.IndexName === given.name && isReady(index));
  };
  const submit = useSubmit(create, {
    done: (ready, { name }) => `The index ${name} ${ready ? "was" : "is being"} created.`,
  });
  const errors = submit.failure === undefined ? {} : placesOfIndex(submit.failure.message, draft);
  const placed = Object.keys(errors).length > 0;
  const begun = submit.busy && GlobalSecondaryIndexes.some(({ IndexName }) => IndexName === draft.name);
  const save = async () => {
    if (await submit.run(draft)) {
      onDone();
    }
  };
  if (begun) {
    return null;
  }
  return (
    <FormModal
      title="Create global secondary index"
      action="Create index"
      size="large"
      busy={submit.busy}
      failure={submit.failure}
      error={placed ? undefined : submit.formError()}
      onSubmit={() => void save()}
      onDismiss={onDone}
    >
      <IndexFields value={draft} billing={billing} errors={errors} onChange={setDraft} />
    </FormModal>
  );
}
