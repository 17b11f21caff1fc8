import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { TableDescription } from "../../aws/tables";
import { Capacity } from "./capacity";
import { ProtectionToggle } from "./protection";
import { TableClass } from "./table-class";
import { TimeToLive } from "./time-to-live";

export function Settings({ table }: { table: TableDescription }) {
  return (
    <SpaceBetween size="l">
      <TimeToLive name={table.TableName ?? ""} />
      <Capacity table={table} />
      <ColumnLayout columns={2}>
        <Container
          fitHeight
          header={
            <Header variant="h2" description="Until it is off, the table cannot be deleted.">
              Deletion protection
            </Header>
          }
        >
          <ProtectionToggle table={table} />
        </Container>
        <TableClass table={table} />
      </ColumnLayout>
    </SpaceBetween>
  );
}
