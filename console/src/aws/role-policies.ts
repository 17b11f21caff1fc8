import {
  type AttachedPolicy,
  AttachRolePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListPoliciesCommand,
  ListRolePoliciesCommand,
  type Policy,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { laidOut } from "./json-text";
import { iam, type Role } from "./roles";

export type { AttachedPolicy, Policy };

/** What a role may do and who may become it. Documents are JSON text. */
export interface RoleDetails {
  role: Role;
  trust: string;
  /** The names of its inline policies. */
  inline: string[];
  attached: AttachedPolicy[];
}

/** IAM gives documents as URLs have them. */
const decoded = (document: string | undefined) => decodeURIComponent(document ?? "");

interface Page {
  IsTruncated?: boolean;
  Marker?: string;
}

async function every<P extends Page, T>(
  ask: (marker?: string) => Promise<P>,
  of: (page: P) => T[] | undefined,
) {
  const found: T[] = [];
  let marker: string | undefined;
  do {
    const page = await ask(marker);
    found.push(...(of(page) ?? []));
    marker = page.IsTruncated ? page.Marker : undefined;
  } while (marker !== undefined);
  return found;
}

export const inlineNames = (role: string) =>
  every(
    (Marker) => iam().send(new ListRolePoliciesCommand({ RoleName: role, Marker })),
    (page) => page.PolicyNames,
  );

export const attachedPolicies = (role: string) =>
  every(
    (Marker) => iam().send(new ListAttachedRolePoliciesCommand({ RoleName: role, Marker })),
    (page) => page.AttachedPolicies,
  );

/** AWS's policies and the account's own. */
export const managedPolicies = () =>
  every<{ Policies?: Policy[] | undefined } & Page, Policy>(
    (Marker) => iam().send(new ListPoliciesCommand({ Scope: "All", Marker })),
    (page) => page.Policies,
  );

export async function roleDetails(name: string): Promise<RoleDetails> {
  const [got, inline, attached] = await Promise.all([
    iam().send(new GetRoleCommand({ RoleName: name })),
    inlineNames(name),
    attachedPolicies(name),
  ]);
  const role = got.Role as Role;
  return { role, trust: laidOut(decoded(role.AssumeRolePolicyDocument)), inline, attached };
}

export async function inlineDocument(role: string, policy: string): Promise<string> {
  const got = await iam().send(new GetRolePolicyCommand({ RoleName: role, PolicyName: policy }));
  return decoded(got.PolicyDocument);
}

/** The document of a managed policy's default version. */
export async function managedDocument(arn: string): Promise<string> {
  const got = await iam().send(new GetPolicyCommand({ PolicyArn: arn }));
  const version = await iam().send(
    new GetPolicyVersionCommand({ PolicyArn: arn, VersionId: got.Policy?.DefaultVersionId ?? "v1" }),
  );
  return laidOut(decoded(version.PolicyVersion?.Document));
}

export const putInline = (role: string, policy: string, document: string) =>
  iam().send(new PutRolePolicyCommand({ RoleName: role, PolicyName: policy, PolicyDocument: document }));

export const deleteInline = (role: string, policy: string) =>
  iam().send(new DeleteRolePolicyCommand({ RoleName: role, PolicyName: policy }));

export const attach = (role: string, arn: string) =>
  iam().send(new AttachRolePolicyCommand({ RoleName: role, PolicyArn: arn }));

export const detach = (role: string, arn: string) =>
  iam().send(new DetachRolePolicyCommand({ RoleName: role, PolicyArn: arn }));

export const setTrust = (role: string, document: string) =>
  iam().send(new UpdateAssumeRolePolicyCommand({ RoleName: role, PolicyDocument: document }));

/** The policy that bounds what the role may do; nothing: no bounds. */
export async function setBoundary(role: string, arn: string | undefined): Promise<void> {
  await (arn === undefined
    ? iam().send(new DeleteRolePermissionsBoundaryCommand({ RoleName: role }))
    : iam().send(new PutRolePermissionsBoundaryCommand({ RoleName: role, PermissionsBoundary: arn })));
}

export const createRole = (name: string, trust: string, description: string) =>
  iam().send(
    new CreateRoleCommand({
      RoleName: name,
      AssumeRolePolicyDocument: trust,
      Description: description || undefined,
    }),
  );

/** The role alone: IAM refuses while it has policies. */
export const deleteRole = (name: string) => iam().send(new DeleteRoleCommand({ RoleName: name }));
