import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useEffect, useRef } from "react";
import type { Item } from "../../aws/attributes";
import { ItemDiff } from "../../parts/item-diff";

interface ConflictProps {
  /** What AWS said. */
  told: string;
  before: Item;
  /** The item as it is now; nothing when it was deleted. */
  theirs: Item | undefined;
  keys: string[];
  busy: boolean;
  onOverwrite: () => void;
  onTakeTheirs: () => void;
}

/** Somebody else was faster: what they did, and what to do about it. */
export function Conflict({ told, before, theirs, keys, busy, onOverwrite, onTakeTheirs }: ConflictProps) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    place.current?.scrollIntoView({ block: "center" });
  }, []);
  const gone = theirs === undefined;
  return (
    <div ref={place}>
      <Alert
        type="warning"
        header={`This item was ${gone ? "deleted" : "changed"} since you opened it`}
        action={
          <SpaceBetween direction="horizontal" size="xs">
            <Button formAction="none" onClick={onTakeTheirs}>
              {gone ? "Discard mine" : "Take theirs"}
            </Button>
            <Button formAction="none" loading={busy} onClick={onOverwrite}>
              {gone ? "Create it again" : "Overwrite with mine"}
            </Button>
          </SpaceBetween>
        }
      >
        <SpaceBetween size="s">
          <Box>{told}. Nothing was saved; what you typed is still here.</Box>
          <ItemDiff
            before={before}
            after={theirs}
            keys={keys}
            titles={["As you opened it", "As it is now"]}
            changesOnly
          />
        </SpaceBetween>
      </Alert>
    </div>
  );
}
