import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import Table from "@cloudscape-design/components/table";
import type { Role } from "../../aws/roles";
import { useFunctions } from "../../parts/queries";
import { Empty } from "../../parts/states";
import { paths } from "../../paths";

/** The functions that run as the role. */
export function UsedBy({ role }: { role: Role }) {
  const functions = useFunctions();
  const users = (functions.data ?? []).filter((each) => each.Role === role.Arn);
  return (
    <Table
      variant="container"
      items={users}
      loading={functions.isPending}
      loadingText="Loading functions"
      ariaLabels={{ tableLabel: "Functions" }}
      header={<Header counter={`(${users.length})`}>Functions</Header>}
      empty={<Empty title="No functions">No function of this region runs as this role.</Empty>}
      columnDefinitions={[
        {
          id: "name",
          header: "Function name",
          isRowHeader: true,
          cell: ({ FunctionName = "" }) => (
            <Link href={paths.function(FunctionName, "configuration")}>{FunctionName}</Link>
          ),
        },
        { id: "runtime", header: "Runtime", cell: ({ Runtime }) => Runtime },
        { id: "description", header: "Description", cell: ({ Description }) => Description || "–" },
      ]}
    />
  );
}
