import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { jsonTrouble } from "../../aws/json-text";
import { LAMBDA_TRUST } from "../../aws/policy-document";
import { useFocusWrong } from "../../parts/focus-wrong";
import { useGo } from "../../parts/go";
import { isBack } from "../../parts/gone";
import { Page } from "../../parts/page";
import { useSubmit } from "../../parts/submit";
import { paths } from "../../paths";
import { type Made, makeRole } from "./make-role";
import { documentError } from "./policy-editor";
import { PolicyPicker } from "./policy-picker";
import { goneRole } from "./queries";
import { StreamPicker } from "./stream-picker";
import { TrustFields } from "./trust-fields";

const CRUMBS = [{ text: "Roles", href: paths.roles() }];

export default function CreateRole() {
  const go = useGo();
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const [trust, setTrust] = useState(LAMBDA_TRUST);
  const [policies, setPolicies] = useState<string[]>([]);
  const [streams, setStreams] = useState<string[]>([]);
  const [made, setMade] = useState<Made>();
  const [trouble, setTrouble] = useState<string>();
  const submit = useSubmit((draft: Parameters<typeof makeRole>[0]) => makeRole(draft, made, setMade), {
    done: () => `Role ${name} was created.`,
  });
  const form = useFocusWrong(trouble ?? submit.failure);
  const run = async () => {
    const wrong = jsonTrouble(trust);
    setTrouble(wrong);
    submit.reset();
    if (wrong === undefined && (await submit.run({ name, description, trust, policies, streams }))) {
      isBack(goneRole(name));
      go(paths.role(name));
    }
  };
  const aboutTrust = trouble ?? documentError(submit);
  const aboutName =
    submit.errorOf("roleName") ?? (isTaken(submit.failure?.code) ? submit.failure?.message : undefined);
  const other =
    aboutTrust === undefined && aboutName === undefined ? submit.formError("description") : undefined;
  return (
    <Page title="Create role" crumbs={CRUMBS}>
      <form
        ref={form}
        onSubmit={(event) => {
          event.preventDefault();
          void run();
        }}
      >
        <Form
          errorText={other}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button variant="link" formAction="none" href={paths.roles()}>
                Cancel
              </Button>
              <Button variant="primary" loading={submit.busy}>
                Create role
              </Button>
            </SpaceBetween>
          }
        >
          <SpaceBetween size="l">
            <Container header={<Header>Role details</Header>}>
              <SpaceBetween size="m">
                <FormField label="Role name" errorText={aboutName}>
                  <Input value={name} autoFocus onChange={({ detail }) => setName(detail.value)} />
                </FormField>
                <FormField label="Description" errorText={submit.errorOf("description")}>
                  <Input value={description} onChange={({ detail }) => setDescription(detail.value)} />
                </FormField>
              </SpaceBetween>
            </Container>
            <TrustFields document={trust} onChange={setTrust} error={aboutTrust} />
            <Container header={<Header description="All of it can be changed later.">Permissions</Header>}>
              <SpaceBetween size="m">
                <StreamPicker chosen={streams} onChange={setStreams} />
                <PolicyPicker
                  chosen={policies}
                  onChange={setPolicies}
                  description="AWS's and the account's own."
                />
              </SpaceBetween>
            </Container>
          </SpaceBetween>
        </Form>
      </form>
    </Page>
  );
}

const isTaken = (code: string | undefined) => code !== undefined && /EntityAlreadyExists/.test(code);
