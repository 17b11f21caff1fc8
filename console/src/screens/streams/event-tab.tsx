import Button from "@cloudscape-design/components/button";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import type { Change, Stream } from "../../aws/streams";
import { CodeEditor } from "../../parts/code-editor";
import { eventText } from "./lambda-event";
import { SendEvent } from "./send-event";

/** The change as functions get it. */
export function EventTab({ stream, change }: { stream: Stream; change: Change }) {
  const [sending, setSending] = useState(false);
  const text = eventText(change, stream.arn);
  return (
    <SpaceBetween size="s">
      <SpaceBetween direction="horizontal" size="xs">
        <CopyToClipboard
          textToCopy={text}
          copyButtonText="Copy"
          copyButtonAriaLabel="Copy the event"
          copySuccessText="Copied"
          copyErrorText="It could not be copied"
        />
        <Button onClick={() => setSending(true)}>Send to a function</Button>
      </SpaceBetween>
      <CodeEditor value={text} language="json" ariaLabel="The event as Lambda receives it" maxHeight="56vh" />
      {sending ? <SendEvent event={text} close={() => setSending(false)} /> : null}
    </SpaceBetween>
  );
}
