import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { PatternHelp } from "./pattern-help";
import { SPANS, spanOf } from "./search-request";
import { SearchResults } from "./search-results";

/** Looks through all streams of a group. What is looked for is in the address. */
export function Search({ group }: { group: string }) {
  const [address, setAddress] = useSearchParams();
  const span = spanOf(address.get("last"));
  const pattern = address.get("pattern") ?? "";
  const [typed, setTyped] = useState(pattern);
  const [round, setRound] = useState(0);
  const [wrong, setWrong] = useState<string>();
  const go = (next: { pattern?: string; last?: string }) => {
    setWrong(undefined);
    setRound(round + 1);
    setAddress((old) => {
      const changed = new URLSearchParams(old);
      for (const [name, value] of Object.entries(next)) {
        changed.set(name, value);
      }
      return changed;
    });
  };
  return (
    <SpaceBetween size="m">
      <Container>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            go({ pattern: typed });
          }}
        >
          <SpaceBetween size="s">
            <FormField
              label="Filter pattern"
              description="Leave it empty for all lines."
              errorText={wrong}
              stretch
            >
              <div style={{ display: "grid", gridTemplateColumns: "minmax(0, 1fr) auto", gap: 8 }}>
                <Input
                  value={typed}
                  type="search"
                  clearAriaLabel="Clear"
                  placeholder='For example: ERROR, "timed out", { $.level = "WARN" }'
                  onChange={({ detail }) => setTyped(detail.value)}
                />
                <Button variant="primary" formAction="submit">
                  Search
                </Button>
              </div>
            </FormField>
            <FormField label="Of the last">
              <SegmentedControl
                label="Time range"
                selectedId={span.id}
                options={SPANS.map(({ id, text }) => ({ id, text }))}
                onChange={({ detail }) => go({ pattern: typed, last: detail.selectedId })}
              />
            </FormField>
            <PatternHelp
              use={(example) => {
                setTyped(example);
                go({ pattern: example });
              }}
            />
          </SpaceBetween>
        </form>
      </Container>
      <SearchResults
        group={group}
        pattern={pattern}
        span={span}
        round={round}
        onWrongPattern={setWrong}
        onSpan={(last) => go({ last })}
      />
    </SpaceBetween>
  );
}
