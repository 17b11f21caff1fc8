import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { functionPolicy } from "../../../aws/policy-document";
import type { StreamTable } from "../../../aws/stream-tables";
import { CodeEditor } from "../../../parts/code-editor";
import { useRoles } from "../../../parts/queries";
import { RoleSelect } from "../role-select";
import type { SectionProps } from "./basics";
import { newRoleOf } from "./form-state";

interface RoleSectionProps extends SectionProps {
  trigger: boolean;
  table: StreamTable | undefined;
}

/** Whom the function acts as. */
export function RoleSection(props: RoleSectionProps) {
  const { form, fixed, trigger, change } = props;
  return (
    <Container
      header={
        <Header variant="h2" description="What the function may do, and what may be read for it.">
          Execution role
        </Header>
      }
    >
      <SpaceBetween size="l">
        <RadioGroup
          ariaLabel="Execution role"
          value={form.role}
          onChange={({ detail }) => change({ role: detail.value === "new" ? "new" : "existing" })}
          items={[
            {
              value: "new",
              disabled: fixed,
              label: trigger
                ? "Create a new role with permissions for this stream"
                : "Create a new role with basic permissions",
              description: trigger
                ? "It may read the stream, and write logs."
                : "It may write logs, and nothing else.",
            },
            { value: "existing", disabled: fixed, label: "Use an existing role" },
          ]}
        />
        {form.role === "new" ? <NewRole {...props} /> : <ExistingRole {...props} />}
      </SpaceBetween>
    </Container>
  );
}

function NewRole({ form, errorOf, fixed, trigger, table, change }: RoleSectionProps) {
  const policy = functionPolicy(trigger ? [table?.streamArn ?? "the stream's ARN"] : []);
  return (
    <>
      <FormField label="Role name" errorText={errorOf("roleName")}>
        <Input
          value={newRoleOf(form)}
          autoComplete={false}
          disabled={fixed}
          placeholder="myFunctionName-role"
          onChange={({ detail }) => change({ newRole: detail.value })}
        />
      </FormField>
      <ExpandableSection headerText="The policy that the role will have" defaultExpanded={trigger}>
        <CodeEditor value={policy} language="json" ariaLabel="The role's policy" maxHeight="320px" />
      </ExpandableSection>
    </>
  );
}

function ExistingRole({ form, errorOf, fixed, trigger, table, change }: RoleSectionProps) {
  const roles = useRoles();
  return (
    <>
      <FormField label="Existing role" errorText={errorOf("role")}>
        <RoleSelect
          roles={roles}
          disabled={fixed}
          chosen={form.roleArn}
          onChoose={(roleArn) => change({ roleArn })}
        />
      </FormField>
      {trigger ? (
        <Checkbox
          checked={form.allowStream}
          description="Adds a policy to the role. Without the permission nothing is delivered."
          onChange={({ detail }) => change({ allowStream: detail.checked })}
        >
          Let it read {table === undefined ? "this stream" : `the stream of ${table.name}`}
        </Checkbox>
      ) : null}
    </>
  );
}
