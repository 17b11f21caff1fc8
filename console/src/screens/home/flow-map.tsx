import { useLayoutEffect, useRef, useState } from "react";
import { duration } from "../../parts/format";
import { paths } from "../../paths";
import { BOX_HEIGHT, type Box, type Edge, type Flow, type Health, perSecond } from "./flow";
import "./flow-map.css";

const BOX_WIDTH_MIN = 240;
const BOX_WIDTH_MAX = 400;
const LETTER_WIDTH = 8.4;

const WORDS: Record<Health, string> = {
  flowing: "delivering",
  resting: "idle",
  late: "behind",
  failing: "failing",
  stopped: "not allowed",
  off: "disabled",
};

/** The whole loop: tables, the triggers on their streams and the functions these run. Every part leads to its screen. */
export function FlowMap({ flow }: { flow: Flow }) {
  const place = useRef<HTMLElement>(null);
  const [width, setWidth] = useState(900);
  useLayoutEffect(() => {
    const element = place.current;
    if (element === null) {
      return undefined;
    }
    const observer = new ResizeObserver(() => setWidth(Math.max(640, element.clientWidth)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const boxWidth = Math.min(BOX_WIDTH_MAX, Math.max(BOX_WIDTH_MIN, Math.round(width * 0.26)));
  return (
    <nav ref={place} className="flow-map" aria-label="Tables, triggers and functions">
      <svg width={width} height={flow.height}>
        <title>The loop</title>
        {flow.edges.map((edge) => (
          <Trigger
            key={edge.mapping.uuid}
            edge={edge}
            width={width}
            boxWidth={boxWidth}
            siblings={flow.edges}
          />
        ))}
        {flow.tables.map((box) => (
          <Node key={box.id} box={box} x={0} width={boxWidth} kind="Table" href={paths.table(box.name)} />
        ))}
        {flow.functions.map((box) => (
          <Node
            key={box.id}
            box={box}
            x={width - boxWidth}
            width={boxWidth}
            kind="Function"
            href={paths.function(box.name)}
          />
        ))}
      </svg>
    </nav>
  );
}

interface NodeProps {
  box: Box;
  x: number;
  width: number;
  kind: "Table" | "Function";
  href: string;
}

function Node({ box, x, width, kind, href }: NodeProps) {
  const rate = perSecond(box.rate);
  return (
    <a
      href={href}
      className={`flow-node ${box.streaming ? "" : "flow-still"}`}
      aria-label={`${kind} ${box.name}`}
    >
      <rect x={x + 1} y={box.y + 1} width={width - 2} height={BOX_HEIGHT} rx={10} />
      <rect
        className={`flow-mark flow-mark-${kind}`}
        x={x + 1}
        y={box.y + 1}
        width={6}
        height={BOX_HEIGHT}
        rx={3}
      />
      <text className="flow-name" x={x + 20} y={box.y + 23}>
        {short(box.name, Math.floor((width - 32) / LETTER_WIDTH))}
        <title>{box.name}</title>
      </text>
      <text className="flow-told" x={x + 20} y={box.y + 42}>
        {rate === "" ? box.told : `${rate}, ${box.told}`}
      </text>
    </a>
  );
}

interface TriggerProps {
  edge: Edge;
  width: number;
  boxWidth: number;
  siblings: readonly Edge[];
}

function Trigger({ edge, width, boxWidth, siblings }: TriggerProps) {
  const [x1, x2] = [boxWidth + 2, width - boxWidth - 2];
  const y1 = edge.from.y + BOX_HEIGHT / 2 + 1;
  const y2 = edge.to.y + BOX_HEIGHT / 2 + 1;
  const bend = (x2 - x1) * 0.4;
  const path = `M${x1},${y1} C${x1 + bend},${y1} ${x2 - bend},${y2} ${x2},${y2}`;
  // Labels of triggers that would meet in the middle move apart along their lines.
  const twins = siblings.filter((other) => other.from.y + other.to.y === edge.from.y + edge.to.y);
  const nudge = (twins.indexOf(edge) - (twins.length - 1) / 2) * 26;
  const [x, y] = [(x1 + x2) / 2, (y1 + y2) / 2 + nudge];
  const label = told(edge);
  return (
    <a
      href={paths.trigger(edge.mapping.uuid)}
      className={`flow-edge flow-${edge.health}`}
      aria-label={`Trigger from ${edge.from.name} to ${edge.to.name}: ${label}`}
    >
      <path className="flow-line" d={path} />
      {edge.health === "flowing" ? <path className="flow-pulse" d={path} /> : null}
      <rect
        className="flow-label"
        x={x - label.length * 3.9 - 10}
        y={y - 12}
        width={label.length * 7.8 + 20}
        height={24}
        rx={12}
      />
      <text className="flow-words" x={x} y={y + 4.5} textAnchor="middle">
        {label}
      </text>
    </a>
  );
}

function told({ health, rate, mapping }: Edge): string {
  const waiting = mapping.pending > 0 ? `${mapping.pending.toLocaleString("en")} waiting` : "";
  switch (health) {
    case "failing":
      return `failing · ${mapping.attempts} attempts · ${waiting}`;
    case "late":
      return `${duration(mapping.lag_seconds ?? 0)} behind · ${waiting}`;
    case "flowing":
      return [perSecond(rate), waiting].filter(Boolean).join(" · ") || WORDS.flowing;
    case "resting":
      return `${mapping.delivered.toLocaleString("en")} delivered`;
    default:
      return [WORDS[health], waiting].filter(Boolean).join(" · ");
  }
}

const short = (name: string, most: number) => (name.length > most ? `${name.slice(0, most - 1)}…` : name);
