import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { type Change, readRecords, type Stream } from "../../aws/streams";
import { FailureAlert } from "../../parts/states";
import { ChangeDetail } from "./change-detail";
import { ChangeList } from "./change-list";
import "./changes.css";
import { ALL, wantedOnly } from "./filter";
import { useFeed } from "./use-feed";

/** The list of changes and, beside or below it, the one that is looked at. Which that is, is in the address. */
export function Changes({ stream }: { stream: Stream }) {
  const { feed, view } = useFeed(stream);
  const [wanted, setWanted] = useState(ALL);
  const [address, setAddress] = useSearchParams();
  const chosen = useChosen(stream, view.changes, address.get("shard"), address.get("change"));
  const choose = (change: Change) =>
    setAddress(
      (old) => {
        const next = new URLSearchParams(old);
        next.set("change", change.sequence);
        next.set("shard", change.shard);
        return next;
      },
      { replace: address.has("change") },
    );
  return (
    <>
      {view.error === undefined ? null : <FailureAlert error={view.error} retry={() => feed.wake(0)} />}
      <div className="changes">
        <ChangeList
          stream={stream}
          feed={feed}
          view={view}
          listed={wantedOnly(view.changes, wanted)}
          wanted={wanted}
          want={setWanted}
          chosen={address.get("change") ?? undefined}
          choose={choose}
        />
        <ChangeDetail stream={stream} change={chosen} asked={address.has("change")} />
      </div>
    </>
  );
}

/** The change of the address: among those that are kept, or else read for itself. */
function useChosen(
  stream: Stream,
  kept: readonly Change[],
  shard: string | null,
  sequence: string | null,
): Change | null | undefined {
  const listed = kept.find((change) => change.sequence === sequence);
  const known = stream.shards.some(({ id }) => id === shard);
  const alone = useQuery({
    queryKey: ["change", stream.arn, shard, sequence],
    queryFn: async () => {
      const [found] = await readRecords(stream.arn, shard ?? "", { at: sequence ?? "0" }, 1);
      return found?.sequence === sequence ? found : null;
    },
    enabled: sequence !== null && known && listed === undefined,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (listed !== undefined || sequence === null) {
    return listed;
  }
  return !known || alone.isError ? null : alone.data;
}
