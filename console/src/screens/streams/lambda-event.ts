/** A change as a function receives it. Pure. */

import { type Item, typed } from "../../aws/attributes";
import type { Change } from "../../aws/streams";

/** The event that Lambda hands over for one change: members and their order as AWS's. */
export function lambdaEvent(change: Change, streamArn: string): { Records: Record<string, unknown>[] } {
  const image = (name: string, item: Item | undefined) => (item === undefined ? {} : { [name]: typed(item) });
  return {
    Records: [
      {
        eventID: change.id,
        eventName: change.event,
        eventVersion: change.version,
        eventSource: change.source,
        awsRegion: change.region,
        dynamodb: {
          ApproximateCreationDateTime: change.time,
          Keys: typed(change.keys),
          ...image("NewImage", change.after),
          ...image("OldImage", change.before),
          SequenceNumber: change.sequence,
          SizeBytes: change.bytes,
          StreamViewType: change.view,
        },
        ...(change.by === undefined
          ? {}
          : { userIdentity: { type: change.by.type, principalId: change.by.principalId } }),
        eventSourceARN: streamArn,
      },
    ],
  };
}

export const eventText = (change: Change, streamArn: string) =>
  JSON.stringify(lambdaEvent(change, streamArn), null, 2);
