import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import { useParams, useSearchParams } from "react-router";
import { isMissing } from "../../aws/failure";
import type { RoleDetails } from "../../aws/role-policies";
import { useGo } from "../../parts/go";
import { Page } from "../../parts/page";
import { SectionTabs } from "../../parts/section-tabs";
import { Empty, Loaded } from "../../parts/states";
import { paths, type RoleTab } from "../../paths";
import { DeleteRoles } from "./delete-roles";
import { Denied } from "./denied";
import { Permissions } from "./permissions";
import { useDenials, useRole } from "./queries";
import { Summary } from "./summary";
import { Trust } from "./trust";
import { UsedBy } from "./used-by";

const TABS: { id: RoleTab; label: string; content: (details: RoleDetails) => ReactNode }[] = [
  { id: "permissions", label: "Permissions", content: (details) => <Permissions details={details} /> },
  { id: "trust", label: "Trust relationships", content: (details) => <Trust details={details} /> },
  { id: "denied", label: "Denied", content: (details) => <Denied details={details} /> },
  { id: "functions", label: "Used by", content: (details) => <UsedBy role={details.role} /> },
];
const CRUMBS = [{ text: "Roles", href: paths.roles() }];

export default function Role() {
  const { name = "" } = useParams();
  const role = useRole(name);
  if (role.isError && isMissing(role.error)) {
    return (
      <Page title={name} crumbs={CRUMBS}>
        <Empty title="There is no such role" action={<Button href={paths.roles()}>All roles</Button>}>
          It may have been deleted.
        </Empty>
      </Page>
    );
  }
  return (
    <Page title={name} crumbs={CRUMBS} actions={<Actions name={name} />}>
      <Loaded query={role} label={`Loading ${name}`}>
        {(details) => (
          <SpaceBetween size="l">
            <Summary role={details.role} />
            <Sections name={name} details={details} />
          </SpaceBetween>
        )}
      </Loaded>
    </Page>
  );
}

function Sections({ name, details }: { name: string; details: RoleDetails }) {
  const [address] = useSearchParams();
  const denied = useDenials(name).data?.length ?? 0;
  return (
    <SectionTabs
      ariaLabel={`Sections of ${name}`}
      sections={TABS.map(({ id, label, content }) => ({
        id,
        label: id === "denied" && denied > 0 ? `${label} (${denied})` : label,
        content: () => content(details),
      }))}
      asked={address.get("tab")}
      href={(id) => paths.role(name, id)}
    />
  );
}

function Actions({ name }: { name: string }) {
  const [deleting, setDeleting] = useState(false);
  const go = useGo();
  return (
    <>
      <Button onClick={() => setDeleting(true)}>Delete role</Button>
      {deleting ? (
        <DeleteRoles names={[name]} onClose={() => setDeleting(false)} onDone={() => go(paths.roles())} />
      ) : null}
    </>
  );
}
