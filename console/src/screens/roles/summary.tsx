import Container from "@cloudscape-design/components/container";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import type { Role } from "../../aws/roles";
import { Copyable } from "../../parts/copyable";
import { dateTime } from "../../parts/format";

export function Summary({ role }: { role: Role }) {
  const { Arn = "", Description, CreateDate } = role;
  return (
    <Container>
      <KeyValuePairs
        columns={3}
        items={[
          {
            label: "ARN",
            value: <Copyable text={Arn} what="the ARN" />,
          },
          {
            label: "Created",
            value: CreateDate === undefined ? "–" : dateTime(CreateDate),
          },
          { label: "Description", value: Description || "–" },
        ]}
      />
    </Container>
  );
}
