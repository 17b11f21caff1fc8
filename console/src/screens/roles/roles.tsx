import { useCollection } from "@cloudscape-design/collection-hooks";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useMemo, useState } from "react";
import { counter, Find, NoMatches, Pages } from "../../parts/collection";
import { Page } from "../../parts/page";
import { useAllDenials, useRoles } from "../../parts/queries";
import { Empty, FailureAlert } from "../../parts/states";
import { paths } from "../../paths";
import { DeleteRoles } from "./delete-roles";
import { type RoleRow, roleColumns } from "./role-columns";

const NONE: RoleRow[] = [];
const PAGE_SIZE = 20;

export default function Roles() {
  const roles = useRoles();
  const denied = useAllDenials();
  const rows = useMemo(
    () =>
      roles.data?.map((role): RoleRow => {
        const last = denied.data?.find(({ identity }) => identity === `role/${role.RoleName}`);
        return { ...role, name: role.RoleName ?? "", denied: last };
      }),
    [roles.data, denied.data],
  );
  return (
    <Page title="Roles" description="What functions may do: each runs as a role, and a role has policies.">
      {roles.isError && rows === undefined ? (
        <FailureAlert error={roles.error} retry={() => void roles.refetch()} />
      ) : (
        <RoleList rows={rows ?? NONE} loading={roles.isPending} />
      )}
    </Page>
  );
}

function RoleList({ rows, loading }: { rows: RoleRow[]; loading: boolean }) {
  const [deleting, setDeleting] = useState<string[]>();
  const { items, actions, collectionProps, filterProps, paginationProps, filteredItemsCount } = useCollection(
    rows,
    {
      filtering: {
        fields: ["name", "Path", "Description"],
        empty: (
          <Empty title="No roles" action={<Button href={paths.createRole()}>Create role</Button>}>
            A function needs one to run as.
          </Empty>
        ),
        noMatch: <NoMatches clear={() => actions.setFiltering("")} />,
      },
      pagination: { pageSize: PAGE_SIZE },
      sorting: { defaultState: { sortingColumn: roleColumns[0] ?? {} } },
      selection: { trackBy: "name" },
    },
  );
  const selected = (collectionProps.selectedItems ?? NONE).map(({ name }) => name);
  return (
    <>
      <Table
        {...collectionProps}
        variant="container"
        items={items}
        columnDefinitions={roleColumns}
        selectionType="multi"
        enableKeyboardNavigation
        loading={loading}
        loadingText="Loading roles"
        ariaLabels={{
          tableLabel: "Roles",
          selectionGroupLabel: "Roles selection",
          allItemsSelectionLabel: () => "Select all roles",
          itemSelectionLabel: (_, { name }) => `Select ${name}`,
        }}
        header={
          <Header
            counter={counter(rows.length, selected.length)}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button disabled={selected.length === 0} onClick={() => setDeleting(selected)}>
                  Delete
                </Button>
                <Button variant="primary" href={paths.createRole()}>
                  Create role
                </Button>
              </SpaceBetween>
            }
          >
            Roles
          </Header>
        }
        filter={<Find filter={filterProps} label="Find roles" matches={filteredItemsCount} />}
        pagination={<Pages {...paginationProps} />}
      />
      {deleting === undefined ? null : (
        <DeleteRoles names={deleting} onClose={() => setDeleting(undefined)} />
      )}
    </>
  );
}
