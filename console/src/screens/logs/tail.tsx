import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Grid from "@cloudscape-design/components/grid";
import Input from "@cloudscape-design/components/input";
import Multiselect from "@cloudscape-design/components/multiselect";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useMemo, useState } from "react";
import { useSearchParams } from "react-router";
import type { LiveState } from "../../aws/live";
import { count } from "../../parts/format";
import { Page } from "../../parts/page";
import { useLogGroups } from "../../parts/queries";
import { paths } from "../../paths";
import { TAIL_LINES, wanted } from "./tail-buffer";
import { TailLines } from "./tail-lines";
import { marks, matcher } from "./terms";
import { useTail } from "./use-tail";

const CRUMBS = [{ text: "Logs", href: paths.logs() }];

/** Lines of all groups, or of those chosen, as they come. */
export default function Tail() {
  const [address, setAddress] = useSearchParams();
  const groups = address.getAll("group");
  const [pattern, setPattern] = useState("");
  const tail = useTail();
  const signature = JSON.stringify(groups);
  const shown = useMemo(
    () => wanted(tail.rows, JSON.parse(signature) as string[], matcher(pattern)),
    [tail.rows, signature, pattern],
  );
  return (
    <Page
      title="Live tail"
      crumbs={CRUMBS}
      description={`What is logged while you watch. The last ${count(TAIL_LINES)} lines are kept.`}
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          <Button onClick={tail.clear}>Clear</Button>
          <Button variant="primary" iconName={tail.paused ? "play" : "pause"} onClick={tail.toggle}>
            {tail.paused ? "Resume" : "Pause"}
          </Button>
        </SpaceBetween>
      }
    >
      <SpaceBetween size="m">
        <Container>
          <Grid gridDefinition={[{ colspan: 6 }, { colspan: 6 }]}>
            <Groups
              chosen={groups}
              choose={(names) => setAddress(names.map((name) => ["group", name] as [string, string]))}
            />
            <FormField
              label="Filter"
              description='Terms, "phrases", -excluded, ?one ?of, %regular expressions%.'
            >
              <Input
                value={pattern}
                type="search"
                clearAriaLabel="Clear the filter"
                placeholder="All lines"
                onChange={({ detail }) => setPattern(detail.value)}
              />
            </FormField>
          </Grid>
        </Container>
        <TailLines
          rows={shown}
          marked={useMemo(() => marks(pattern), [pattern])}
          several={groups.length !== 1}
          foot={<State state={tail.state} paused={tail.paused} waiting={tail.waiting} lines={shown.length} />}
        />
      </SpaceBetween>
    </Page>
  );
}

function Groups({ chosen, choose }: { chosen: string[]; choose: (names: string[]) => void }) {
  const all = useLogGroups();
  const names = (all.data ?? []).map(({ logGroupName = "" }) => logGroupName);
  const options = [...new Set([...names, ...chosen])].map((name) => ({ value: name, label: name }));
  return (
    <FormField label="Log groups" description="None chosen: all of them.">
      <Multiselect
        options={options}
        selectedOptions={options.filter(({ value }) => chosen.includes(value))}
        placeholder="All log groups"
        filteringType="auto"
        empty="No log groups"
        deselectAriaLabel={({ label }) => `Remove ${label}`}
        onChange={({ detail }) => choose(detail.selectedOptions.map(({ value = "" }) => value))}
      />
    </FormField>
  );
}

interface StateProps {
  state: LiveState;
  paused: boolean;
  waiting: number;
  lines: number;
}

function State({ state, paused, waiting, lines }: StateProps) {
  return (
    <SpaceBetween direction="horizontal" size="m">
      {paused ? (
        <StatusIndicator type="stopped">
          {waiting === 0
            ? "Paused"
            : `Paused: ${count(waiting)} ${waiting === 1 ? "line waits" : "lines wait"}`}
        </StatusIndicator>
      ) : state === "live" ? (
        <StatusIndicator type="success">Live</StatusIndicator>
      ) : (
        <StatusIndicator type={state === "lost" ? "warning" : "pending"}>
          {state === "lost" ? "Not connected: lines are missed" : "Connecting"}
        </StatusIndicator>
      )}
      <Box color="text-body-secondary">{`${count(lines)} ${lines === 1 ? "line" : "lines"}`}</Box>
    </SpaceBetween>
  );
}
