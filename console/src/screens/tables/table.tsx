import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { lazy, type ReactNode, useState } from "react";
import { useParams } from "react-router";
import { isMissing } from "../../aws/failure";
import type { TableDescription } from "../../aws/tables";
import { useGo } from "../../parts/go";
import { NoTable } from "../../parts/no-table";
import { Page } from "../../parts/page";
import { isOpen, useTable } from "../../parts/queries";
import { SectionTabs } from "../../parts/section-tabs";
import { Loaded } from "../../parts/states";
import { StateNotice } from "../../parts/table-state";
import { paths, type TableTab } from "../../paths";
import { Backups } from "./backups";
import { DeleteTables } from "./delete-tables";
import { Indexes } from "./indexes";
import { Overview } from "./overview";
import { Settings } from "./settings";
import { StreamTab } from "./stream-tab";

const Monitor = lazy(() => import("./monitor"));

const TABS: { id: TableTab; label: string; content: (table: TableDescription) => ReactNode }[] = [
  { id: "overview", label: "Overview", content: (table) => <Overview table={table} /> },
  { id: "indexes", label: "Indexes", content: (table) => <Indexes table={table} /> },
  { id: "monitor", label: "Monitor", content: (table) => <Monitor table={table} /> },
  { id: "streams", label: "Exports and streams", content: (table) => <StreamTab table={table} /> },
  { id: "backups", label: "Backups", content: (table) => <Backups table={table} /> },
  { id: "settings", label: "Additional settings", content: (table) => <Settings table={table} /> },
];

export default function Table() {
  const { name = "", tab = "overview" } = useParams();
  const table = useTable(name);
  const crumbs = [{ text: "Tables", href: paths.tables() }];
  if (table.isError && isMissing(table.error)) {
    return (
      <Page title={name} crumbs={crumbs}>
        <NoTable />
      </Page>
    );
  }
  return (
    <Page title={name} crumbs={crumbs} actions={<Actions name={name} table={table.data} />}>
      <Loaded query={table} label={`Loading ${name}`}>
        {(data) => (
          <SpaceBetween size="l">
            <StateNotice table={data} />
            {isOpen(data) ? <Sections name={name} tab={tab} table={data} /> : <Overview table={data} />}
          </SpaceBetween>
        )}
      </Loaded>
    </Page>
  );
}

function Sections({ name, tab, table }: { name: string; tab: string; table: TableDescription }) {
  return (
    <SectionTabs
      ariaLabel={`Sections of ${name}`}
      sections={TABS.map((section) => ({ ...section, content: () => section.content(table) }))}
      asked={tab}
      href={(id) => paths.table(name, id)}
    />
  );
}

function Actions({ name, table }: { name: string; table: TableDescription | undefined }) {
  const [deleting, setDeleting] = useState(false);
  const go = useGo();
  const closed = table !== undefined && !isOpen(table);
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <Button disabled={closed} onClick={() => setDeleting(true)}>
        Delete table
      </Button>
      <Button variant="primary" disabled={closed} href={paths.items(name)}>
        Explore table items
      </Button>
      {deleting ? (
        <DeleteTables names={[name]} onDismiss={() => setDeleting(false)} onDone={() => go(paths.tables())} />
      ) : null}
    </SpaceBetween>
  );
}
