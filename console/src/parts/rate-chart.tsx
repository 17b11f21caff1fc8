import LineChart from "@cloudscape-design/components/line-chart";
import { KEPT_SECONDS, type Point } from "./samples";

export interface Line {
  title: string;
  points: readonly Point[];
  color?: string;
}

interface RateChartProps {
  lines: readonly Line[];
  ariaLabel: string;
  yTitle: string;
  height?: number;
  format?: (value: number) => string;
}

const tick = (value: number) =>
  value >= 10 || value === 0 ? Math.round(value).toLocaleString("en") : value.toFixed(1);
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** The last five minutes of a few lines, the present at the right edge. */
export function RateChart({ lines, ariaLabel, yTitle, height = 180, format = tick }: RateChartProps) {
  const now = Math.max(...lines.flatMap((line) => line.points.slice(-1).map((point) => point.time)), 0);
  const end = now === 0 ? Date.now() / 1000 : now;
  const highest = Math.max(1, ...lines.flatMap((line) => line.points.map((point) => point.value)));
  return (
    <LineChart
      series={lines.map(({ title, points, color }) => ({
        title,
        type: "line" as const,
        data: points.map(({ time, value }) => ({ x: new Date(time * 1000), y: value })),
        valueFormatter: format,
        color,
      }))}
      xDomain={[new Date((end - KEPT_SECONDS) * 1000), new Date(end * 1000)]}
      yDomain={[0, highest * 1.15]}
      xScaleType="time"
      height={height}
      hideFilter
      hideLegend={lines.length < 2}
      ariaLabel={ariaLabel}
      yTitle={yTitle}
      i18nStrings={{ xTickFormatter: (x) => clock.format(x), yTickFormatter: format }}
      empty="Nothing happened yet"
    />
  );
}
