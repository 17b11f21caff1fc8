import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import { useQuery } from "@tanstack/react-query";
import { type Journey, type JourneyOutcome, journey } from "../../aws/own";
import type { Change, Stream } from "../../aws/streams";
import { dateTime } from "../../parts/format";
import { Empty, Loaded } from "../../parts/states";
import { paths } from "../../paths";
import { JourneyAttempts } from "./journey-attempts";
import { Misses } from "./misses";

const AGAIN_MS = 3000;

const OUTCOMES: Record<JourneyOutcome, [StatusIndicatorProps.Type, string]> = {
  delivered: ["success", "Delivered"],
  filtered: ["stopped", "Filtered out"],
  discarded: ["error", "Discarded"],
  in_flight: ["in-progress", "With the function now"],
  retrying: ["warning", "Waits for another try"],
  pending: ["pending", "Pending"],
  before_start: ["stopped", "Before the trigger's start"],
  unknown: ["info", "Not known any more"],
};

/** What became of a change: of every trigger of its stream, how far it has come with it and why no further. */
export function Journeys({ stream, change }: { stream: Stream; change: Change }) {
  const query = useQuery({
    queryKey: ["journey", stream.arn, change.shard, change.sequence],
    queryFn: () => journey(stream.arn, change.shard, change.sequence),
    refetchInterval: AGAIN_MS,
  });
  return (
    <Loaded query={query} label="Asking the triggers">
      {(found) =>
        found.length === 0 ? (
          <Empty
            title="No trigger takes this stream to a function"
            action={<Button href={paths.createTrigger(stream.table)}>Create trigger</Button>}
          />
        ) : (
          <SpaceBetween size="l">
            {found.map((one) => (
              <OneJourney key={one.mapping} journey={one} />
            ))}
          </SpaceBetween>
        )
      }
    </Loaded>
  );
}

function OneJourney({ journey: { mapping, function: name, outcome, why, attempts } }: { journey: Journey }) {
  const [type, words] = OUTCOMES[outcome];
  return (
    <section aria-label={`What happened at ${name}`}>
      <SpaceBetween size="xxs">
        <SpaceBetween direction="horizontal" size="s" alignItems="center">
          <Box variant="h3" padding="n">
            <Link fontSize="heading-s" href={paths.function(name)}>
              {name}
            </Link>
          </Box>
          <StatusIndicator type={type}>{words}</StatusIndicator>
          <Link href={paths.trigger(mapping)}>See the trigger</Link>
        </SpaceBetween>
        {why === null ? null : <Box color="text-body-secondary">{told(why)}</Box>}
        {why?.last_error ? <Box color="text-status-error">{why.last_error}</Box> : null}
        {why?.patterns === undefined ? null : <Misses patterns={why.patterns} />}
        <JourneyAttempts attempts={attempts} />
      </SpaceBetween>
    </section>
  );
}

function told({ text, retry_at, until }: NonNullable<Journey["why"]>): string {
  const next = retry_at ?? until;
  return next === undefined || next === null ? text : `${text} Next at ${dateTime(next)}.`;
}
