import Box from "@cloudscape-design/components/box";
import Toggle from "@cloudscape-design/components/toggle";
import { useState } from "react";
import { type AttributeValue, type Item, plainText, typeName } from "../aws/attributes";
import { type AttributeDifference, type Difference, differences, pathText } from "./diff";
import "./item-diff.css";

interface ItemDiffProps {
  before?: Item;
  after?: Item;
  /** Names of the key attributes: they come first. */
  keys?: string[];
  /** The columns' titles; a stream's words if left out. */
  titles?: [string, string];
  /** Leave out what is the same until it is asked for; else only when it is much. */
  changesOnly?: boolean;
}

const SIGNS: Record<Difference, [sign: string, word: string]> = {
  added: ["+", "Added"],
  removed: ["−", "Removed"],
  changed: ["~", "Changed"],
  same: ["", "Unchanged"],
};

/** From how many unchanged attributes on they are hidden until asked for. */
const SAME_SHOWN_MAX = 6;

/** An item's old and new image side by side, what differs marked by colour, sign and word. */
export function ItemDiff({
  before,
  after,
  keys,
  titles = ["Old image", "New image"],
  changesOnly = false,
}: ItemDiffProps) {
  const all = differences(before, after, keys);
  const same = all.filter(({ kind, path }) => kind === "same" && !keys?.includes(String(path[0])));
  const collapsible = same.length > (changesOnly ? 0 : SAME_SHOWN_MAX);
  const [asked, setAsked] = useState(false);
  const whole = asked || !collapsible;
  const shown = whole ? all : all.filter((row) => !same.includes(row));
  if (all.length === 0) {
    return <Box color="text-body-secondary">No attributes on either side.</Box>;
  }
  return (
    <>
      <table className="item-diff">
        <colgroup>
          <col style={{ width: 104 }} />
          <col style={{ width: "22%" }} />
          <col />
          <col />
        </colgroup>
        <thead>
          <tr>
            <th scope="col">Difference</th>
            <th scope="col">Attribute</th>
            <th scope="col">{titles[0]}</th>
            <th scope="col">{titles[1]}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <Row key={JSON.stringify(row.path)} row={row} />
          ))}
        </tbody>
      </table>
      {collapsible ? (
        <Box padding={{ top: "xs" }}>
          <Toggle checked={asked} onChange={({ detail }) => setAsked(detail.checked)}>
            Show {same.length} unchanged {same.length === 1 ? "attribute" : "attributes"}
          </Toggle>
        </Box>
      ) : null}
    </>
  );
}

function Row({ row }: { row: AttributeDifference }) {
  const [sign, word] = SIGNS[row.kind];
  return (
    <tr className={row.kind}>
      <td className="item-diff-sign">
        <b aria-hidden="true">{sign}</b>
        {word}
      </td>
      <th scope="row" className="item-diff-name">
        {pathText(row.path)}
      </th>
      <td className="item-diff-value item-diff-before">
        <Value value={row.before} />
      </td>
      <td className="item-diff-value item-diff-after">
        <Value value={row.after} />
      </td>
    </tr>
  );
}

function Value({ value }: { value: AttributeValue | undefined }) {
  if (value === undefined) {
    return <span className="item-diff-none">not there</span>;
  }
  const text = value.S ?? plainText(value, 2);
  return (
    <>
      <span className="item-diff-type">{typeName(value)}</span>{" "}
      {text === "" ? <span className="item-diff-none">empty</span> : text}
    </>
  );
}
