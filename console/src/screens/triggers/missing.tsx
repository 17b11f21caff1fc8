import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { roleOf } from "../../aws/arn";
import { addStatement } from "../../aws/function-roles";
import { laidOut } from "../../aws/json-text";
import type { MappingStatus } from "../../aws/own";
import { count } from "../../parts/format";
import { useSubmit } from "../../parts/submit";
import { paths } from "../../paths";

/** The statement that the role lacks, when it lacks one, and a button that adds it. */
export function Missing({ status: { missing, role, table, pending } }: { status: MappingStatus }) {
  const name = roleOf(role ?? "");
  const allow = useSubmit((statement: string) => addStatement(name, `read-stream-of-${table}`, statement), {
    done: () => `${name} may read the stream of ${table} now`,
  });
  if (missing === null) {
    return null;
  }
  const text = laidOut(missing);
  return (
    <Alert
      type="error"
      header={`The role ${name} may not read the stream`}
      action={
        <SpaceBetween direction="horizontal" size="xs">
          <Button href={paths.role(name)}>See the role</Button>
          <Button variant="primary" loading={allow.busy} onClick={() => void allow.run(missing)}>
            Allow it
          </Button>
        </SpaceBetween>
      }
    >
      <SpaceBetween size="xs">
        <span>{waiting(pending)} until the role has this statement:</span>
        <Box variant="code">
          <pre style={{ margin: 0, whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>{text}</pre>
        </Box>
        <CopyToClipboard
          textToCopy={text}
          copyButtonText="Copy"
          copyButtonAriaLabel="Copy the statement"
          copySuccessText="Copied"
          copyErrorText="It could not be copied"
        />
        {allow.failure === undefined ? null : <b>{allow.failure.message}</b>}
      </SpaceBetween>
    </Alert>
  );
}

function waiting(records: number): string {
  return records === 0
    ? "Changes will wait"
    : records === 1
      ? "1 record waits"
      : `${count(records)} records wait`;
}
