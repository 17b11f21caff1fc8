import Box from "@cloudscape-design/components/box";
import type { MappingStatus } from "../../aws/own";
import { count } from "../../parts/format";
import { parts, records, total } from "./counts";
import "./triggers.css";

/** Every record since the starting position: what became of each adds up to all. */
export function CountsBar({ status }: { status: MappingStatus }) {
  const all = parts(status);
  const sum = total(all);
  return (
    <div>
      <div className="counts" aria-hidden="true">
        {all.map(({ kind, words, count: size }) =>
          size === 0 ? null : <span key={words} className={`counts-${kind}`} style={{ flexGrow: size }} />,
        )}
      </div>
      <ul className="counts-words" aria-label="Records">
        {all.map(({ kind, words, count: size }) => (
          <li key={words}>
            <i className={`counts-${kind}`} /> {words} <b>{count(size)}</b>
          </li>
        ))}
        <li>
          <Box variant="span" color="text-body-secondary">
            of {records(sum)}
          </Box>
        </li>
      </ul>
    </div>
  );
}
