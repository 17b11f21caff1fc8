import Button from "@cloudscape-design/components/button";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { eventInvokeConfig } from "../../../aws/event-invoke";
import { Copyable } from "../../../parts/copyable";
import { count, duration } from "../../../parts/format";
import { Loaded } from "../../../parts/states";
import type { TabProps } from "../function";
import { useFigures } from "../queries";
import { AsynchronousForm } from "./asynchronous-form";
import { formOf } from "./asynchronous-form-state";
import { Section } from "./edit-form";

/** What becomes of events that nobody waits for. */
export function Asynchronous(props: TabProps) {
  const { name, detail } = props;
  const [editing, setEditing] = useState(false);
  const config = useQuery({
    queryKey: ["event-invoke-config", name],
    queryFn: () => eventInvokeConfig(name),
  });
  const figures = useFigures().get(detail.Configuration?.FunctionArn ?? "");
  return (
    <Loaded query={config} label="Loading the configuration">
      {(found) => {
        const shown = formOf(found, detail.Configuration?.DeadLetterConfig?.TargetArn);
        if (editing) {
          return (
            <AsynchronousForm
              name={name}
              before={shown}
              isSet={found !== null}
              done={() => setEditing(false)}
            />
          );
        }
        return (
          <Section
            title="Asynchronous invocation"
            description="Of events that nobody waits for: Lambda keeps them until the function has run, and tries again."
            actions={<Button onClick={() => setEditing(true)}>Edit</Button>}
          >
            <KeyValuePairs
              columns={3}
              items={[
                { label: "Maximum age of event", value: duration(Number(shown.age)) },
                { label: "Retry attempts", value: shown.retries },
                {
                  label: "Waiting events",
                  value: figures === undefined ? "-" : count(figures.events.waiting),
                },
                { label: "On-success destination", value: <Arn text={shown.success} /> },
                { label: "On-failure destination", value: <Arn text={shown.failure} /> },
                { label: "Dead-letter queue", value: <Arn text={shown.letters} /> },
              ]}
            />
          </Section>
        );
      }}
    </Loaded>
  );
}

const Arn = ({ text }: { text: string }) => (text === "" ? "None" : <Copyable text={text} what="the ARN" />);
