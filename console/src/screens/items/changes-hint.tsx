import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import { useState } from "react";
import { count } from "../../parts/format";
import { useLive } from "../../parts/live";

/** Says that the table changed since it was read. Mounted anew (by its key) for each reading. */
export function ChangesHint({ table, onAgain }: { table: string; onAgain: () => void }) {
  const [changes, setChanges] = useState(0);
  useLive((events) => {
    const seen = events.filter((event) => event.kind === "change" && event.table === table).length;
    if (seen > 0) {
      setChanges((before) => before + seen);
    }
  });
  if (changes === 0) {
    return null;
  }
  return (
    <Alert type="info" action={<Button onClick={onAgain}>Run again</Button>}>
      {changes === 1 ? "1 change" : `${count(changes)} changes`} to this table since it was read.
    </Alert>
  );
}
