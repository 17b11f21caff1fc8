import { deleteMapping, updateMapping } from "../../aws/mappings";
import { useSubmit } from "../../parts/submit";
import type { Row } from "./standing";

/** What can be done to triggers as they are. */
export function useTriggerActions() {
  const enable = useSubmit(
    async ({ rows, on }: { rows: readonly Row[]; on: boolean }) => {
      for (const { uuid } of rows) {
        await updateMapping({ UUID: uuid, Enabled: on });
      }
    },
    {
      done: (_, { rows, on }) => `${names(rows)} ${on ? "enabled" : "disabled"}`,
      tellFailure: true,
    },
  );
  const remove = useSubmit(
    async (rows: readonly Row[]) => {
      for (const { uuid } of rows) {
        await deleteMapping(uuid);
      }
      return rows;
    },
    { done: (_, rows) => `${names(rows)} deleted` },
  );
  return { enable, remove };
}

const names = (rows: readonly Row[]) =>
  rows.length === 1 ? `Trigger ${rows[0]?.table} → ${rows[0]?.function}` : `${rows.length} triggers`;
