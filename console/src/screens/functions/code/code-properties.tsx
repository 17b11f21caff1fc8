import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import type { FunctionDetail } from "../../../aws/functions";
import { Copyable } from "../../../parts/copyable";
import { bytes, dateTime } from "../../../parts/format";

export function CodeProperties({ detail }: { detail: FunctionDetail }) {
  const { CodeSize = 0, CodeSha256 = "", Handler, LastModified, Runtime } = detail.Configuration ?? {};
  return (
    <Container header={<Header variant="h2">Code properties</Header>}>
      <KeyValuePairs
        columns={4}
        items={[
          { label: "Package size", value: bytes(CodeSize) },
          { label: "Runtime", value: Runtime },
          { label: "Handler", value: Handler },
          { label: "Last modified", value: LastModified ? dateTime(new Date(LastModified)) : "-" },
          {
            label: "SHA256 hash",
            value: <Copyable text={CodeSha256} what="the hash" />,
          },
        ]}
      />
    </Container>
  );
}
