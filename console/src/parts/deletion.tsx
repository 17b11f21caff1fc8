import type { ReactNode } from "react";
import { Confirm } from "./confirm";
import { useSubmit } from "./submit";

interface DeletionProps {
  title: string;
  remove: () => Promise<unknown>;
  /** What is told when it is gone. */
  told: string;
  /** It is gone, or is to stay. */
  done: () => void;
  /** What will be different then. */
  children: ReactNode;
}

/** Asks, deletes, and closes when it is gone; a refusal stays with the question. Shown while it is mounted. */
export function Deletion({ title, remove, told, done, children }: DeletionProps) {
  const removal = useSubmit(remove, { done: () => told });
  return (
    <Confirm
      title={title}
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
      {children}
    </Confirm>
  );
}
