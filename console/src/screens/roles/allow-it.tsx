import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { Denial } from "../../aws/own";
import { putInline } from "../../aws/role-policies";
import { CodeEditor } from "../../parts/code-editor";
import { useSubmit } from "../../parts/submit";
import { ALLOWED_POLICY, withStatement } from "./documents";

interface AllowItProps {
  role: string;
  denial: Denial;
  /** The document that the statement is added to; empty if there is none yet. */
  policy: string;
  onClose: () => void;
}

/** Shows the policy as it will be, and writes it. */
export function AllowIt({ role, denial, policy, onClose }: AllowItProps) {
  const document = withStatement(policy, denial.remedy);
  const submit = useSubmit(() => putInline(role, ALLOWED_POLICY, document).then(onClose), {
    done: () => `${role} may now ${denial.action}.`,
  });
  const denied = / denies it: /.test(denial.reason);
  return (
    <Modal
      visible
      size="large"
      header={`Allow ${denial.action}`}
      onDismiss={onClose}
      closeAriaLabel="Close"
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onClose}>
              Cancel
            </Button>
            <Button variant="primary" loading={submit.busy} onClick={() => void submit.run(undefined)}>
              Allow it
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <Box>
          The inline policy <b>{ALLOWED_POLICY}</b> of {role} will be:
        </Box>
        <CodeEditor value={document} language="json" ariaLabel="The policy as it will be" maxHeight="45vh" />
        {denied ? (
          <Alert type="warning" header="This alone will not do">
            {denial.reason} What is denied stays denied until that statement is gone.
          </Alert>
        ) : null}
        {submit.failure === undefined ? null : (
          <Alert type="error" header={submit.failure.code}>
            {submit.failure.message}
          </Alert>
        )}
      </SpaceBetween>
    </Modal>
  );
}
