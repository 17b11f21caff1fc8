import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import { type RoleDetails, setTrust } from "../../aws/role-policies";
import { PolicyEditor } from "./policy-editor";

/** Who may become the role: for functions it is Lambda. */
export function Trust({ details }: { details: RoleDetails }) {
  const name = details.role.RoleName ?? "";
  return (
    <Container
      header={
        <Header description="Who may become this role. A function needs lambda.amazonaws.com here.">
          Trust relationships
        </Header>
      }
    >
      <PolicyEditor
        label="Trust policy"
        document={details.trust}
        save={(document) => setTrust(name, document)}
        done={() => `The trust policy of ${name} was saved.`}
      />
    </Container>
  );
}
