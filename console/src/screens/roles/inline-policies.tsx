import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { deleteInline } from "../../aws/role-policies";
import { Confirm } from "../../parts/confirm";
import { Empty } from "../../parts/states";
import { useSubmit } from "../../parts/submit";
import { paths } from "../../paths";
import { EditInline, NewInline } from "./inline-editors";

const EDITED = "policy";
const CREATING = "create";

/** The role's own policies; the one that is edited is in the address. */
export function InlinePolicies({ role, names }: { role: string; names: string[] }) {
  const [address, setAddress] = useSearchParams();
  const [deleting, setDeleting] = useState<string>();
  const show = (part: Record<string, string>) =>
    setAddress({ ...(address.has("tab") ? { tab: address.get("tab") ?? "" } : {}), ...part });
  const edited = address.get(EDITED);
  const close = () => show({});
  if (address.has(CREATING)) {
    return (
      <Container header={<Header>Create inline policy</Header>}>
        <NewInline role={role} taken={names} onClose={close} />
      </Container>
    );
  }
  if (edited !== null && names.includes(edited)) {
    return (
      <Container header={<Header>{edited}</Header>}>
        <EditInline key={edited} role={role} name={edited} onClose={close} />
      </Container>
    );
  }
  return (
    <>
      <Table
        variant="container"
        items={names}
        ariaLabels={{ tableLabel: "Inline policies" }}
        header={
          <Header
            counter={`(${names.length})`}
            description="Policies that belong to this role alone."
            actions={<Button onClick={() => show({ [CREATING]: "inline" })}>Create inline policy</Button>}
          >
            Inline policies
          </Header>
        }
        empty={<Empty title="No inline policies">Create one, or attach a managed policy below.</Empty>}
        columnDefinitions={[
          {
            id: "name",
            header: "Policy name",
            isRowHeader: true,
            cell: (name) => <Link href={paths.role(role, undefined, name)}>{name}</Link>,
          },
          {
            id: "actions",
            header: "Actions",
            width: 200,
            cell: (name) => (
              <SpaceBetween direction="horizontal" size="xs">
                <Button
                  variant="inline-link"
                  ariaLabel={`Edit ${name}`}
                  href={paths.role(role, undefined, name)}
                >
                  Edit
                </Button>
                <Button variant="inline-link" ariaLabel={`Delete ${name}`} onClick={() => setDeleting(name)}>
                  Delete
                </Button>
              </SpaceBetween>
            ),
          },
        ]}
      />
      {deleting === undefined ? null : (
        <DeleteInline role={role} name={deleting} onClose={() => setDeleting(undefined)} />
      )}
    </>
  );
}

function DeleteInline({ role, name, onClose }: { role: string; name: string; onClose: () => void }) {
  const submit = useSubmit(() => deleteInline(role, name).then(onClose), {
    done: () => `${name} was deleted.`,
  });
  return (
    <Confirm
      title="Delete inline policy"
      action="Delete"
      busy={submit.busy}
      failure={submit.failure}
      onConfirm={() => void submit.run()}
      onDismiss={onClose}
    >
      The role loses at once what only <b>{name}</b> allows.
    </Confirm>
  );
}
