import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import type { Denial } from "../../aws/own";
import { withStatement } from "../../aws/policy-document";
import { putInline } from "../../aws/role-policies";
import { CodeEditor } from "../../parts/code-editor";
import { FormModal } from "../../parts/form-modal";
import { Refusal } from "../../parts/states";
import { useSubmit } from "../../parts/submit";
import { ALLOWED_POLICY } from "./documents";

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
    <FormModal
      title={`Allow ${denial.action}`}
      action="Allow it"
      size="large"
      busy={submit.busy}
      onSubmit={() => void submit.run()}
      onDismiss={onClose}
    >
      <Box>
        The inline policy <b>{ALLOWED_POLICY}</b> of {role} will be:
      </Box>
      <CodeEditor value={document} language="json" ariaLabel="The policy as it will be" maxHeight="45vh" />
      {denied ? (
        <Alert type="warning" header="This alone will not do">
          {denial.reason} What is denied stays denied until that statement is gone.
        </Alert>
      ) : null}
      <Refusal failure={submit.failure} />
    </FormModal>
  );
}
