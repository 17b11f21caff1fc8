import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Grid from "@cloudscape-design/components/grid";
import Header from "@cloudscape-design/components/header";
import type { MappingStatus } from "../../aws/own";
import type { TableDescription } from "../../aws/tables";
import { count, duration } from "../../parts/format";
import { type Line, RateChart } from "../../parts/rate-chart";
import { levels, names, type Point, rates, type Sample } from "../../parts/samples";
import { Empty, FailureAlert, Loading } from "../../parts/states";
import { useSamples } from "../../parts/use-samples";
import { paths } from "../../paths";

const perSecond = (value: number) =>
  value === 0 || value >= 10 ? count(Math.round(value)) : value.toFixed(1);
/** Between whole numbers the axis of a count says nothing. */
const whole = (value: number) => (Number.isInteger(value) ? count(value) : "");

/** An age to the second: an axis has no use for less, nor has an old record. */
const age = (seconds: number) =>
  seconds === 0 || (seconds >= 1 && seconds < 60) ? `${Math.round(seconds)} s` : duration(seconds);

export default function Monitor({ table }: { table: TableDescription }) {
  const { TableName = "", TableArn = "", LatestStreamArn } = table;
  const { status, samples, error } = useSamples();
  if (LatestStreamArn === undefined) {
    return <NoStream name={TableName} />;
  }
  if (status === undefined) {
    return error === null ? <Loading /> : <FailureAlert error={error} />;
  }
  const triggers = status.mappings.filter(({ stream_arn }) => stream_arn.startsWith(`${TableArn}/stream/`));
  return <Charts table={TableArn} triggers={triggers} samples={samples} />;
}

interface ChartsProps {
  table: string;
  triggers: MappingStatus[];
  samples: readonly Sample[];
}

function Charts({ table, triggers, samples }: ChartsProps) {
  const each = (read: (uuid: string) => Point[]): Line[] =>
    triggers.map((trigger) => ({ title: trigger.function, points: read(trigger.uuid) }));
  const half = { default: 12, s: 6 } as const;
  return (
    <Grid gridDefinition={[{ colspan: half }, { colspan: half }, { colspan: half }, { colspan: half }]}>
      <Figure
        title="Changes per second"
        description="Items inserted, modified and removed."
        lines={[{ title: "Changes", points: rates(samples, names.changes(table)) }]}
        format={perSecond}
      />
      <Figure
        title="Delivered records per second"
        description="What the triggers' functions have dealt with."
        lines={each((uuid) => rates(samples, names.delivered(uuid)))}
        format={perSecond}
      />
      <Figure
        title="Lag"
        description="The age of the oldest record that waits for a trigger."
        lines={each((uuid) => levels(samples, names.lag(uuid)))}
        format={age}
      />
      <Figure
        title="Pending records"
        description="How many records wait for a trigger."
        lines={each((uuid) => levels(samples, names.pending(uuid)))}
        format={whole}
      />
    </Grid>
  );
}

interface FigureProps {
  title: string;
  description: string;
  lines: Line[];
  format: (value: number) => string;
}

/** A chart of the last minutes below its latest value; of several lines the highest. */
function Figure({ title, description, lines, format }: FigureProps) {
  const latest = lines.flatMap(({ points }) => points.slice(-1).map(({ value }) => value));
  return (
    <Container
      fitHeight
      header={
        <Header variant="h2" description={description}>
          {title}
        </Header>
      }
    >
      {lines.length === 0 ? (
        <Empty title="No triggers">No trigger reads this table's stream.</Empty>
      ) : (
        <>
          <Box fontSize="display-l" fontWeight="bold" padding={{ bottom: "xs" }}>
            {latest.length === 0 ? "-" : format(Math.max(...latest))}
          </Box>
          <RateChart lines={lines} ariaLabel={title} yTitle="" format={format} />
        </>
      )}
    </Container>
  );
}

function NoStream({ name }: { name: string }) {
  return (
    <Empty
      title="Nothing is counted"
      action={<Button href={paths.turnOnStream(name)}>Turn on DynamoDB stream</Button>}
    >
      Changes are counted in the table's stream, and triggers read it. It is off.
    </Empty>
  );
}
