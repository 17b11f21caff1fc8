import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Grid from "@cloudscape-design/components/grid";
import Header from "@cloudscape-design/components/header";
import { type QueryClient, useQuery } from "@tanstack/react-query";
import { status } from "../../aws/own";
import type { TableDescription } from "../../aws/tables";
import { count, duration } from "../../parts/format";
import { Loaded } from "../../parts/states";
import { Lines } from "./line-chart";
import {
  changeRates,
  deliveryRates,
  type Line,
  pushed,
  type Sample,
  sampleOf,
  triggerLines,
} from "./samples";

const EVERY_MS = 1000;
const MEASURING = "Measuring: the first values come in a moment.";
const NO_TRIGGERS = "No trigger reads this table's stream.";

/** The samples are kept while other screens are looked at, for as long as queries are. */
const useSamples = (arn: string) => {
  const key = ["table-samples", arn];
  return useQuery({
    queryKey: key,
    queryFn: async ({ client }: { client: QueryClient }) => {
      const sample = sampleOf(await status(), arn, Date.now());
      return pushed(client.getQueryData<Sample[]>(key) ?? [], sample);
    },
    refetchInterval: EVERY_MS,
  });
};

const perSecond = (value: number) => (Number.isInteger(value) ? count(value) : value.toFixed(1));

export default function Monitor({ table }: { table: TableDescription }) {
  const samples = useSamples(table.TableArn ?? "");
  return <Loaded query={samples}>{(ring) => <Charts ring={ring} />}</Loaded>;
}

function Charts({ ring }: { ring: Sample[] }) {
  const changes: Line[] = [{ title: "Changes", points: changeRates(ring) }];
  const withTriggers = (ring.at(-1)?.triggers.length ?? 0) > 0;
  const none = withTriggers ? MEASURING : NO_TRIGGERS;
  const half = { default: 12, m: 6 } as const;
  return (
    <Grid gridDefinition={[{ colspan: half }, { colspan: half }, { colspan: half }, { colspan: half }]}>
      <Figure
        title="Changes a second"
        description="Items inserted, modified and removed."
        lines={changes}
        format={perSecond}
        least={5}
        empty={MEASURING}
      />
      <Figure
        title="Records delivered a second"
        description="What the triggers' functions were given."
        lines={deliveryRates(ring)}
        format={perSecond}
        least={5}
        empty={none}
      />
      <Figure
        title="Lag"
        description="The age of the oldest record that a trigger has not dealt with."
        lines={triggerLines(ring, ({ lag }) => lag)}
        format={duration}
        least={1}
        empty={none}
      />
      <Figure
        title="Pending records"
        description="Records that wait for a trigger."
        lines={triggerLines(ring, ({ pending }) => pending)}
        format={perSecond}
        least={10}
        empty={none}
      />
    </Grid>
  );
}

interface FigureProps {
  title: string;
  description: string;
  lines: Line[];
  format: (value: number) => string;
  least: number;
  empty: string;
}

/** A chart below its latest value. */
function Figure({ title, description, lines, format, least, empty }: FigureProps) {
  const latest = lines.map(({ points }) => points.at(-1)?.y).filter((value) => value !== undefined);
  return (
    <Container
      fitHeight
      header={
        <Header variant="h2" description={description}>
          {title}
        </Header>
      }
    >
      <Box fontSize="heading-xl" fontWeight="bold" padding={{ bottom: "xs" }}>
        {latest.length === 0 ? "-" : format(Math.max(...latest))}
      </Box>
      <Lines title={title} lines={lines.filter(hasPoints)} format={format} least={least} empty={empty} />
    </Container>
  );
}

const hasPoints = ({ points }: Line) => points.length > 1;
