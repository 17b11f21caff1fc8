import Box from "@cloudscape-design/components/box";
import LineChart from "@cloudscape-design/components/line-chart";
import { clockTime } from "../../parts/format";
import type { Line } from "./samples";

interface LinesProps {
  title: string;
  lines: Line[];
  /** A value with its unit. */
  format: (value: number) => string;
  /** At least this much fits on the chart, so that small values do not look like big ones. */
  least: number;
  empty: string;
}

const time = (moment: Date) => clockTime(moment.getTime() / 1000).slice(0, 8);

/** Values over the last minutes, a line each. */
export function Lines({ title, lines, format, least, empty }: LinesProps) {
  const points = lines.flatMap((line) => line.points);
  const times = points.map(({ x }) => x.getTime());
  const highest = Math.max(least, ...points.map(({ y }) => y));
  const domain: [Date, Date] | undefined =
    times.length < 2 ? undefined : [new Date(Math.min(...times)), new Date(Math.max(...times))];
  return (
    <LineChart
      height={200}
      hideFilter
      hideLegend={lines.length < 2}
      ariaLabel={title}
      xScaleType="time"
      yDomain={[0, highest * 1.1]}
      {...(domain === undefined ? {} : { xDomain: domain })}
      xTickFormatter={time}
      yTickFormatter={format}
      series={lines.map((line) => ({
        type: "line" as const,
        title: line.title,
        data: line.points,
        valueFormatter: format,
      }))}
      statusType="finished"
      empty={
        <Box textAlign="center" color="text-body-secondary">
          {empty}
        </Box>
      }
    />
  );
}
