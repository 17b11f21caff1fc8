import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { type AttachedPolicy, detach } from "../../aws/role-policies";
import { Empty } from "../../parts/states";
import { useSubmit } from "../../parts/submit";
import { AttachDialog, DocumentDialog } from "./policy-dialogs";

interface AttachedPoliciesProps {
  role: string;
  attached: AttachedPolicy[];
}

/** The managed policies that the role has. */
export function AttachedPolicies({ role, attached }: AttachedPoliciesProps) {
  const [attaching, setAttaching] = useState(false);
  const [shown, setShown] = useState<AttachedPolicy>();
  const submit = useSubmit((policy: AttachedPolicy) => detach(role, policy.PolicyArn ?? ""), {
    done: (_, { PolicyName }) => `${PolicyName} was detached.`,
    tellFailure: true,
  });
  return (
    <>
      <Table
        variant="container"
        items={attached}
        ariaLabels={{ tableLabel: "Managed policies" }}
        header={
          <Header
            counter={`(${attached.length})`}
            description="AWS's policies and the account's, shared by roles."
            actions={<Button onClick={() => setAttaching(true)}>Attach policies</Button>}
          >
            Managed policies
          </Header>
        }
        empty={<Empty title="No managed policies" />}
        columnDefinitions={[
          {
            id: "name",
            header: "Policy name",
            isRowHeader: true,
            cell: (policy) => (
              <Button variant="inline-link" onClick={() => setShown(policy)}>
                {policy.PolicyName}
              </Button>
            ),
          },
          { id: "arn", header: "ARN", cell: ({ PolicyArn }) => PolicyArn },
          {
            id: "actions",
            header: "Actions",
            width: 200,
            cell: (policy) => (
              <SpaceBetween direction="horizontal" size="xs">
                <Button
                  variant="inline-link"
                  ariaLabel={`Detach ${policy.PolicyName}`}
                  onClick={() => void submit.run(policy)}
                >
                  Detach
                </Button>
              </SpaceBetween>
            ),
          },
        ]}
      />
      {attaching ? (
        <AttachDialog role={role} attached={attached} onClose={() => setAttaching(false)} />
      ) : null}
      {shown === undefined ? null : (
        <DocumentDialog
          name={shown.PolicyName ?? ""}
          arn={shown.PolicyArn ?? ""}
          onClose={() => setShown(undefined)}
        />
      )}
    </>
  );
}
