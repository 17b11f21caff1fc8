import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tiles from "@cloudscape-design/components/tiles";
import { useState } from "react";
import { LAMBDA_TRUST } from "../../aws/policy-document";
import { accountTrust } from "./documents";
import { DocumentField } from "./policy-editor";

type Whom = "lambda" | "account" | "custom";

const ACCOUNT = "000000000000";

interface TrustFieldsProps {
  document: string;
  onChange: (document: string) => void;
  error: string | undefined;
}

/** Who may become the role: chosen, or written. */
export function TrustFields({ document, onChange, error }: TrustFieldsProps) {
  const [whom, setWhom] = useState<Whom>("lambda");
  const [account, setAccount] = useState(ACCOUNT);
  const choose = (next: Whom) => {
    setWhom(next);
    if (next !== "custom") {
      onChange(next === "lambda" ? LAMBDA_TRUST : accountTrust(account));
    }
  };
  return (
    <Container header={<Header description="Who may become this role.">Trusted entity</Header>}>
      <SpaceBetween size="m">
        <Tiles
          value={whom}
          ariaLabel="Trusted entity type"
          items={[
            { value: "lambda", label: "Lambda", description: "Functions run as this role." },
            {
              value: "account",
              label: "AWS account",
              description: "Users and roles of an account may assume it.",
            },
            { value: "custom", label: "Custom trust policy", description: "Written as JSON." },
          ]}
          onChange={({ detail }) => choose(detail.value as Whom)}
        />
        {whom === "account" ? (
          <FormField label="Account ID" errorText={error}>
            <Input
              value={account}
              inputMode="numeric"
              onChange={({ detail }) => {
                setAccount(detail.value);
                onChange(accountTrust(detail.value));
              }}
            />
          </FormField>
        ) : null}
        {whom === "custom" || (whom === "lambda" && error !== undefined) ? (
          <DocumentField label="Trust policy" value={document} error={error} onChange={onChange} />
        ) : null}
      </SpaceBetween>
    </Container>
  );
}
