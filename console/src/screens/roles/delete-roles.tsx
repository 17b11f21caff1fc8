import Alert from "@cloudscape-design/components/alert";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";
import { roleOf } from "../../aws/arn";
import { attachedPolicies, deleteInline, deleteRole, detach, inlineNames } from "../../aws/role-policies";
import { Confirm } from "../../parts/confirm";
import { whileDeleting } from "../../parts/gone";
import { useFunctions } from "../../parts/queries";
import { useSubmit } from "../../parts/submit";
import { paths } from "../../paths";
import { goneRole } from "./queries";

interface DeleteRolesProps {
  names: readonly string[];
  onClose: () => void;
  onDone?: () => void;
}

/** Asks, saying which functions lose their role; then takes away the policies, as IAM wants it, and the role. */
export function DeleteRoles({ names, onClose, onDone = onClose }: DeleteRolesProps) {
  const [step, setStep] = useState("");
  const functions = useFunctions();
  const users = (functions.data ?? []).filter(({ Role }) => names.includes(roleOf(Role)));
  const what = names.length === 1 ? (names[0] ?? "") : `${names.length} roles`;
  const submit = useSubmit(
    async () => {
      for (const name of names) {
        await whileDeleting(goneRole(name), () => remove(name, setStep));
      }
      onDone();
    },
    { done: () => `Deleted: ${what}.` },
  );
  return (
    <Confirm
      title={names.length === 1 ? "Delete role" : "Delete roles"}
      action="Delete"
      busy={submit.busy}
      failure={submit.failure}
      onConfirm={() => void submit.run()}
      onDismiss={onClose}
    >
      <SpaceBetween size="s">
        <span>
          <b>{what}</b>: inline policies are deleted with the role. Managed policies are detached first and
          stay.
        </span>
        {users.length === 0 ? null : (
          <Alert type="warning" header="Functions run as it">
            {users.map(({ FunctionName = "" }, n) => (
              <span key={FunctionName}>
                {n === 0 ? "" : ", "}
                <Link href={paths.function(FunctionName)}>{FunctionName}</Link>
              </span>
            ))}
            {" cannot run any more until they get another role."}
          </Alert>
        )}
        {submit.busy ? <StatusIndicator type="in-progress">{step}</StatusIndicator> : null}
      </SpaceBetween>
    </Confirm>
  );
}

/** IAM deletes a role only once it has no policies. */
async function remove(name: string, tell: (step: string) => void): Promise<void> {
  for (const { PolicyArn = "", PolicyName } of await attachedPolicies(name)) {
    tell(`${name}: detaching ${PolicyName}`);
    await detach(name, PolicyArn);
  }
  for (const policy of await inlineNames(name)) {
    tell(`${name}: deleting the inline policy ${policy}`);
    await deleteInline(name, policy);
  }
  tell(`${name}: deleting the role`);
  await deleteRole(name);
}
