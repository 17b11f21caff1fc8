import Box from "@cloudscape-design/components/box";
import type { Miss, Why } from "../../aws/own";

/** Why a filter let a change not pass: of every pattern the conditions that were not met. */
export function Misses({ patterns }: { patterns: NonNullable<Why["patterns"]> }) {
  return (
    <ul style={{ margin: 0, paddingInlineStart: 20 }}>
      {patterns.map(({ pattern, misses }) => (
        <li key={pattern}>
          <Box variant="code">{pattern}</Box>
          <Conditions misses={misses} />
        </li>
      ))}
    </ul>
  );
}

function Conditions({ misses }: { misses: Miss[] }) {
  return (
    <ul style={{ margin: 0, paddingInlineStart: 20 }}>
      {misses.map((miss) => (
        <li key={`${miss.path} ${JSON.stringify(miss.wanted)}`}>
          {miss.alternatives.length > 0 ? (
            <>
              none of these:
              {miss.alternatives.map((inner) => (
                <Conditions key={JSON.stringify(inner)} misses={inner} />
              ))}
            </>
          ) : (
            <>
              <b>{miss.path}</b> should be <code>{JSON.stringify(miss.wanted)}</code>, and{" "}
              {miss.found.length === 0 ? (
                "is not there"
              ) : (
                <>
                  is <code>{miss.found.map((value) => JSON.stringify(value)).join(", ")}</code>
                </>
              )}
            </>
          )}
        </li>
      ))}
    </ul>
  );
}
