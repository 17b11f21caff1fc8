import Button from "@cloudscape-design/components/button";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Link from "@cloudscape-design/components/link";
import { useState } from "react";
import { paths } from "../../../paths";
import type { TabProps } from "../function";
import { Section } from "./edit-form";
import { LoggingForm } from "./logging-form";

/** Where the function's log lines go, and what they look like. */
export function Logging(props: TabProps) {
  const [editing, setEditing] = useState(false);
  const logging = props.detail.Configuration?.LoggingConfig ?? {};
  const group = logging.LogGroup ?? `/aws/lambda/${props.name}`;
  if (editing) {
    return (
      <LoggingForm
        name={props.name}
        before={{ ...logging, LogGroup: group }}
        done={() => setEditing(false)}
      />
    );
  }
  return (
    <Section
      title="Logging configuration"
      description="As text, or as JSON whose levels can be chosen."
      actions={<Button onClick={() => setEditing(true)}>Edit</Button>}
    >
      <KeyValuePairs
        columns={4}
        items={[
          { label: "Log format", value: logging.LogFormat ?? "Text" },
          { label: "Application log level", value: logging.ApplicationLogLevel ?? "-" },
          { label: "System log level", value: logging.SystemLogLevel ?? "-" },
          { label: "Log group", value: <Link href={paths.logGroup(group)}>{group}</Link> },
        ]}
      />
    </Section>
  );
}
