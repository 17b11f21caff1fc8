import Container from "@cloudscape-design/components/container";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import type { Role } from "../../aws/roles";
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
            value: (
              <CopyToClipboard
                variant="inline"
                textToCopy={Arn}
                copyButtonAriaLabel="Copy the ARN"
                copySuccessText="Copied"
                copyErrorText="It could not be copied"
              />
            ),
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
