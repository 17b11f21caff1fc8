import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import { useState } from "react";
import type { LogGroup } from "../../aws/logs";
import { dateTime } from "../../parts/format";
import { EditRetention } from "./group-dialogs";
import { retentionText } from "./places";

/** What is known of a group, and how long it keeps events. */
export function GroupSettings({ name, group }: { name: string; group: LogGroup }) {
  const [editing, setEditing] = useState(false);
  return (
    <Container
      header={
        <Header actions={<Button onClick={() => setEditing(true)}>Edit retention</Button>}>Settings</Header>
      }
    >
      <KeyValuePairs
        columns={3}
        items={[
          { label: "Retention", value: retentionText(group.retentionInDays) },
          { label: "Created", value: dateTime(new Date(group.creationTime ?? 0)) },
          { label: "ARN", value: group.logGroupArn },
        ]}
      />
      {editing ? (
        <EditRetention groups={[name]} now={group.retentionInDays} onClose={() => setEditing(false)} />
      ) : null}
    </Container>
  );
}
