import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Grid from "@cloudscape-design/components/grid";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { FunctionStatus } from "../../../aws/own";
import { count, milliseconds } from "../../../parts/format";
import { RateChart } from "../../../parts/rate-chart";
import { levels, means, names, type Point, rates, type Sample } from "../../../parts/samples";

interface ChartsProps {
  figures: FunctionStatus;
  samples: readonly Sample[];
}

const HALF = { colspan: { default: 12, s: 6 } } as const;

/** The figures of a function: in all, and over the last minutes. */
export function Charts({ figures, samples }: ChartsProps) {
  const { arn, invocations } = figures;
  const totals = [
    { label: "Invocations", value: count(invocations) },
    { label: "Errors", value: count(figures.errors) },
    { label: "Throttles", value: count(figures.throttles) },
    {
      label: "Mean duration",
      value: invocations === 0 ? "-" : milliseconds(figures.duration_ms_total / invocations),
    },
    { label: "Running now", value: count(figures.running) },
    { label: "Environments", value: count(figures.environments) },
    { label: "Waiting events", value: count(figures.events.waiting) },
    {
      label: "Retried and dropped events",
      value: `${count(figures.events.retries)} and ${count(figures.events.dropped)}`,
    },
    { label: "Destinations told", value: told(figures) },
  ];
  return (
    <Container
      header={
        <Header variant="h2" description="Totals since the server started; curves of the last five minutes.">
          Metrics
        </Header>
      }
    >
      <SpaceBetween size="l">
        <KeyValuePairs columns={3} items={totals} />
        <Grid gridDefinition={[HALF, HALF, HALF, HALF]}>
          <Curve title="Invocations" unit="A second" points={rates(samples, names.invocations(arn))} />
          <Curve title="Errors" unit="A second" points={rates(samples, names.errors(arn))} />
          <Curve
            title="Mean duration"
            unit="Milliseconds"
            points={means(samples, names.durationMs(arn), names.invocations(arn))}
          />
          <Curve title="Environments" unit="" points={levels(samples, names.environments(arn))} />
        </Grid>
      </SpaceBetween>
    </Container>
  );
}

/** What destinations and dead-letter queues were told, and could not be told. */
const told = ({ events: { delivered, undelivered } }: FunctionStatus) =>
  undelivered === 0 ? count(delivered) : `${count(delivered)}, not told: ${count(undelivered)}`;

function Curve({ title, unit, points }: { title: string; unit: string; points: Point[] }) {
  return (
    <div>
      <Box variant="h3">{title}</Box>
      <RateChart lines={[{ title, points }]} ariaLabel={title} yTitle={unit} height={150} />
    </div>
  );
}
