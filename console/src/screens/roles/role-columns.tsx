import Link from "@cloudscape-design/components/link";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { TableProps } from "@cloudscape-design/components/table";
import { useQuery } from "@tanstack/react-query";
import type { Denial } from "../../aws/own";
import { attachedPolicies, inlineNames } from "../../aws/role-policies";
import type { Role } from "../../aws/roles";
import { ago, dateTime } from "../../parts/format";
import { whileThere } from "../../parts/gone";
import { paths } from "../../paths";
import { goneRole } from "./queries";

/** A role with what it was denied last. */
export type RoleRow = Role & { name: string; denied?: Denial };

const WIDE = window.innerWidth >= 1500;

export const roleColumns: TableProps.ColumnDefinition<RoleRow>[] = [
  {
    id: "name",
    header: "Role name",
    isRowHeader: true,
    sortingField: "name",
    maxWidth: 300,
    cell: ({ name }) => (
      <span title={name}>
        <Link href={paths.role(name)}>{name}</Link>
      </span>
    ),
  },
  { id: "policies", header: "Policies", cell: ({ name }) => <PolicyCount role={name} /> },
  {
    id: "denied",
    header: "Last denied",
    sortingComparator: (one, other) => (one.denied?.last ?? 0) - (other.denied?.last ?? 0),
    cell: ({ name, denied }) =>
      denied === undefined ? (
        "–"
      ) : (
        <StatusIndicator type="warning">
          <Link href={paths.role(name, "denied")}>{`${denied.action}, ${ago(denied.last)}`}</Link>
        </StatusIndicator>
      ),
  },
  {
    id: "description",
    header: "Description",
    sortingField: "Description",
    maxWidth: WIDE ? 480 : 200,
    cell: (role) => <span title={role.Description}>{role.Description || "–"}</span>,
  },
  {
    id: "created",
    header: "Created",
    sortingComparator: (one, other) => Number(one.CreateDate ?? 0) - Number(other.CreateDate ?? 0),
    cell: ({ CreateDate }) => (CreateDate === undefined ? "–" : dateTime(CreateDate)),
  },
];

/** Asked for the roles that are on the page only. */
function PolicyCount({ role }: { role: string }) {
  const policies = useQuery({
    queryKey: ["policy-count", role],
    ...whileThere(goneRole(role), async () => {
      const [inline, attached] = await Promise.all([inlineNames(role), attachedPolicies(role)]);
      return inline.length + attached.length;
    }),
  });
  return <>{policies.data ?? "…"}</>;
}
