import { IAMClient, ListRolesCommand, type Role } from "@aws-sdk/client-iam";
import { clientSettings } from "./session";

export type { Role };

export const iam = () => new IAMClient(clientSettings());

export async function listRoles(): Promise<Role[]> {
  const client = iam();
  const found: Role[] = [];
  let after: string | undefined;
  do {
    const page = await client.send(new ListRolesCommand({ Marker: after }));
    found.push(...(page.Roles ?? []));
    after = page.IsTruncated ? page.Marker : undefined;
  } while (after !== undefined);
  return found;
}
