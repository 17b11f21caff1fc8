import Badge from "@cloudscape-design/components/badge";
import type { EventName } from "../../aws/streams";

const COLORS = { INSERT: "green", MODIFY: "blue", REMOVE: "red" } as const;

export const EventBadge = ({ event }: { event: EventName }) => <Badge color={COLORS[event]}>{event}</Badge>;

/** Said of what Time to Live deleted. */
export const ExpiredBadge = () => <Badge color="grey">expired by TTL</Badge>;
