import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type FormEvent, useState } from "react";
import { failure } from "../aws/failure";
import { status } from "../aws/own";
import { signIn, signOut } from "../aws/session";

/** Asks for keys when the server was started with --auth. They are kept until the tab is closed. */
export function SignIn({ done }: { done: () => void }) {
  const [accessKeyId, setAccessKeyId] = useState("");
  const [secretAccessKey, setSecret] = useState("");
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    signIn({ accessKeyId: accessKeyId.trim(), secretAccessKey: secretAccessKey.trim() });
    try {
      await status();
      done();
    } catch (thrown) {
      signOut();
      setError(failure(thrown).message);
    }
    setBusy(false);
  };
  return (
    <main style={{ maxWidth: 460, margin: "12vh auto", padding: "0 16px" }}>
      <form onSubmit={(event) => void submit(event)}>
        <Form
          header={<Header variant="h1">millrace</Header>}
          actions={
            <Button
              variant="primary"
              formAction="submit"
              loading={busy}
              disabled={!accessKeyId || !secretAccessKey}
            >
              Sign in
            </Button>
          }
          errorText={error}
        >
          <Container>
            <SpaceBetween size="l">
              <Box color="text-body-secondary">
                This server takes only access keys that it issued. The root's are in the file{" "}
                <code>root-credentials</code> of its data directory. They are kept in this tab alone, until it
                is closed.
              </Box>
              <FormField label="Access key ID">
                <Input
                  value={accessKeyId}
                  autoFocus
                  autoComplete={false}
                  onChange={({ detail }) => setAccessKeyId(detail.value)}
                />
              </FormField>
              <FormField label="Secret access key">
                <Input
                  value={secretAccessKey}
                  type="password"
                  autoComplete={false}
                  onChange={({ detail }) => setSecret(detail.value)}
                />
              </FormField>
            </SpaceBetween>
          </Container>
        </Form>
      </form>
    </main>
  );
}
