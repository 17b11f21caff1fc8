import AreaChart from "@cloudscape-design/components/area-chart";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Grid from "@cloudscape-design/components/grid";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import LineChart from "@cloudscape-design/components/line-chart";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { count, milliseconds } from "../../../parts/format";
import { type Point, pointsOf, type Sample } from "./samples";

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const WINDOW_MS = 120_000;

/** The figures of a function: in all, and as they change while this is shown. */
export function Charts({ samples }: { samples: readonly Sample[] }) {
  const points = pointsOf(samples);
  const last = samples.at(-1)?.status;
  const totals = [
    { label: "Invocations", value: count(last?.invocations ?? 0) },
    { label: "Errors", value: count(last?.errors ?? 0) },
    { label: "Throttles", value: count(last?.throttles ?? 0) },
    {
      label: "Mean duration",
      value: last?.invocations ? milliseconds(last.duration_ms_total / last.invocations) : "-",
    },
    { label: "Running now", value: count(last?.running ?? 0) },
    { label: "Environments", value: count(last?.environments ?? 0) },
  ];
  return (
    <Container
      header={
        <Header variant="h2" description="Totals since the server started; curves since this was opened.">
          Metrics
        </Header>
      }
    >
      <SpaceBetween size="l">
        <KeyValuePairs columns={3} items={totals} />
        <Grid gridDefinition={[{ colspan: 6 }, { colspan: 6 }, { colspan: 6 }, { colspan: 6 }]}>
          <Curve title="Invocations" points={points} of={(point) => point.invocations} />
          <Curve title="Errors" points={points} of={(point) => point.errors} />
          <Curve title="Mean duration (ms)" points={points} of={(point) => point.duration} line />
          <Curve title="Environments" points={points} of={(point) => point.environments} />
        </Grid>
      </SpaceBetween>
    </Container>
  );
}

interface CurveProps {
  title: string;
  points: readonly Point[];
  of: (point: Point) => number | undefined;
  /** Where there may be gaps, an area would tell of nothing. */
  line?: boolean;
}

function Curve({ title, points, of, line }: CurveProps) {
  const data = points.flatMap((point) => {
    const y = of(point);
    return y === undefined ? [] : [{ x: point.time, y }];
  });
  const top = Math.max(4, ...data.map(({ y }) => y)) * 1.1;
  const end = points.at(-1)?.time ?? new Date();
  const domain = {
    xDomain: [new Date(Math.min(+(points[0]?.time ?? end), +end - WINDOW_MS)), end],
    yDomain: [0, top],
  };
  const shared = {
    ...domain,
    height: 150,
    hideFilter: true,
    hideLegend: true,
    xScaleType: "time" as const,
    ariaLabel: title,
    empty: <Box color="text-status-inactive">Nothing yet</Box>,
    xTickFormatter: (time: Date) => clock.format(time),
    yTickFormatter: (value: number) => (Number.isInteger(value) ? count(value) : value.toFixed(1)),
  };
  return (
    <div>
      <Box variant="h3">{title}</Box>
      {line ? (
        <LineChart {...shared} series={data.length === 0 ? [] : [{ title, type: "line", data }]} />
      ) : (
        <AreaChart {...shared} series={data.length === 0 ? [] : [{ title, type: "area", data }]} />
      )}
    </div>
  );
}
