import { policyName } from "../../aws/function-roles";
import { functionPolicy } from "../../aws/policy-document";
import { attach, createRole, putInline } from "../../aws/role-policies";

interface RoleDraft {
  name: string;
  description: string;
  /** The trust policy, JSON text. */
  trust: string;
  /** ARNs of managed policies. */
  policies: readonly string[];
  /** ARNs of streams that the role may read; it may then write logs as well. */
  streams: readonly string[];
}

/** The name of a role that was made, when something behind that failed: another try goes on from there. */
export type Made = string;

export async function makeRole(
  draft: RoleDraft,
  made: Made | undefined,
  tell: (made: Made) => void,
): Promise<void> {
  if (made !== draft.name) {
    await createRole(draft.name, draft.trust, draft.description);
    tell(draft.name);
  }
  if (draft.streams.length > 0) {
    await putInline(draft.name, policyName(draft.streams), functionPolicy(draft.streams));
  }
  for (const arn of draft.policies) {
    await attach(draft.name, arn);
  }
}
