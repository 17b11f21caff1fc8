import Button from "@cloudscape-design/components/button";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Link from "@cloudscape-design/components/link";
import { useState } from "react";
import { roleOf } from "../../../aws/arn";
import { duration } from "../../../parts/format";
import { paths } from "../../../paths";
import type { TabProps } from "../function";
import { Section } from "./edit-form";
import { GeneralForm } from "./general-form";

export function General(props: TabProps) {
  const [editing, setEditing] = useState(false);
  const { Configuration: shown = {} } = props.detail;
  if (editing) {
    return <GeneralForm {...props} done={() => setEditing(false)} />;
  }
  const role = roleOf(shown.Role);
  return (
    <Section title="General configuration" actions={<Button onClick={() => setEditing(true)}>Edit</Button>}>
      <KeyValuePairs
        columns={3}
        items={[
          { label: "Description", value: shown.Description || "-" },
          { label: "Memory", value: `${shown.MemorySize} MB` },
          { label: "Timeout", value: duration(shown.Timeout ?? 0).replace(".0 s", " s") },
          { label: "Runtime", value: shown.Runtime },
          { label: "Handler", value: shown.Handler },
          { label: "Execution role", value: <Link href={paths.role(role)}>{role}</Link> },
          { label: "Architecture", value: shown.Architectures?.join(", ") ?? "-" },
          { label: "Log format", value: shown.LoggingConfig?.LogFormat ?? "Text" },
        ]}
      />
    </Section>
  );
}
