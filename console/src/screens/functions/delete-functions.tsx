import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQueryClient } from "@tanstack/react-query";
import { functionOf, tableOf } from "../../aws/arn";
import { deleteFunction } from "../../aws/functions";
import type { EventSourceMappingConfiguration } from "../../aws/mappings";
import { region } from "../../aws/session";
import { Confirm } from "../../parts/confirm";
import { useSubmit } from "../../parts/submit";
import { keepDraft } from "./code/draft";

interface DeleteFunctionsProps {
  names: string[];
  /** Triggers; those of other functions do not matter. */
  triggers: readonly EventSourceMappingConfiguration[];
  onDeleted: () => void;
  onDismiss: () => void;
}

/** Asks, says what becomes of the functions' triggers, and deletes. */
export function DeleteFunctions({ names, triggers, onDeleted, onDismiss }: DeleteFunctionsProps) {
  const client = useQueryClient();
  const what = names.length === 1 ? names[0] : `${names.length} functions`;
  const removal = useSubmit(
    async () => {
      for (const name of names) {
        await deleteFunction(name);
        keepDraft(region(), name, undefined);
        // Nobody is to ask for it again.
        client.removeQueries({ predicate: ({ queryKey }) => queryKey.includes(name) });
      }
    },
    { done: () => `Deleted ${what}.` },
  );
  const tables = triggers
    .filter(({ FunctionArn }) => names.includes(functionOf(FunctionArn).split(":")[0] ?? ""))
    .map(({ EventSourceArn }) => tableOf(EventSourceArn));
  return (
    <Confirm
      title={`Delete ${what}?`}
      action="Delete"
      phrase="delete"
      busy={removal.busy}
      failure={removal.failure}
      onDismiss={onDismiss}
      onConfirm={() => {
        void removal.run().then((done) => {
          if (done) {
            onDeleted();
          }
        });
      }}
    >
      <SpaceBetween size="s">
        <Box>
          {names.length === 1 ? (
            <>
              The function <b>{what}</b> and its code will be gone for good. Its log lines stay.
            </>
          ) : (
            <>
              These functions and their code will be gone for good: {names.join(", ")}. Their log lines stay.
            </>
          )}
        </Box>
        {tables.length === 0 ? null : (
          <Box>
            {tables.length === 1 ? "Its trigger" : `The ${tables.length} triggers`} on{" "}
            <b>{[...new Set(tables)].join(", ")}</b> will stay, but deliver nothing: changes wait in the
            stream for up to 24 hours. A new function of the same name takes them up again. Delete triggers
            that nobody needs on the Triggers screen.
          </Box>
        )}
      </SpaceBetween>
    </Confirm>
  );
}
