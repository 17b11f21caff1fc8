import { useCollection } from "@cloudscape-design/collection-hooks";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import type { LogGroup } from "../../aws/logs";
import { counter, Find, NoMatches, Pages } from "../../parts/collection";
import { Page } from "../../parts/page";
import { useLogGroups } from "../../parts/queries";
import { Empty, FailureAlert } from "../../parts/states";
import { paths } from "../../paths";
import { groupColumns } from "./group-columns";
import { CreateGroup, DeleteGroups, EditRetention } from "./group-dialogs";

const NONE: LogGroup[] = [];
const PAGE_SIZE = 20;

export default function Groups() {
  const all = useLogGroups();
  return (
    <Page
      title="Logs"
      description="What functions print and what clients put into CloudWatch Logs, by log group."
      actions={<Button href={paths.liveTail()}>Live tail</Button>}
    >
      {all.isError && all.data === undefined ? (
        <FailureAlert error={all.error} retry={() => void all.refetch()} />
      ) : (
        <GroupList groups={all.data ?? NONE} loading={all.isPending} />
      )}
    </Page>
  );
}

type Dialog = "create" | "delete" | "retention" | undefined;

function GroupList({ groups, loading }: { groups: LogGroup[]; loading: boolean }) {
  const [dialog, setDialog] = useState<Dialog>();
  const close = () => setDialog(undefined);
  const { items, actions, collectionProps, filterProps, paginationProps, filteredItemsCount } = useCollection(
    groups,
    {
      filtering: {
        fields: ["logGroupName"],
        empty: (
          <Empty
            title="No log groups"
            action={<Button onClick={() => setDialog("create")}>Create log group</Button>}
          >
            A function's group is made when it first runs.
          </Empty>
        ),
        noMatch: <NoMatches clear={() => actions.setFiltering("")} />,
      },
      pagination: { pageSize: PAGE_SIZE },
      sorting: { defaultState: { sortingColumn: groupColumns[0] ?? {} } },
      selection: { trackBy: "logGroupName" },
    },
  );
  const selected = collectionProps.selectedItems ?? NONE;
  const names = selected.map(({ logGroupName = "" }) => logGroupName);
  return (
    <>
      <Table
        {...collectionProps}
        variant="container"
        items={items}
        columnDefinitions={groupColumns}
        selectionType="multi"
        enableKeyboardNavigation
        loading={loading}
        loadingText="Loading log groups"
        ariaLabels={{
          tableLabel: "Log groups",
          selectionGroupLabel: "Log groups selection",
          allItemsSelectionLabel: () => "Select all log groups",
          itemSelectionLabel: (_, { logGroupName }) => `Select ${logGroupName}`,
        }}
        header={
          <Header
            counter={counter(groups.length, names.length)}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button disabled={names.length === 0} onClick={() => setDialog("retention")}>
                  Edit retention
                </Button>
                <Button disabled={names.length === 0} onClick={() => setDialog("delete")}>
                  Delete
                </Button>
                <Button variant="primary" onClick={() => setDialog("create")}>
                  Create log group
                </Button>
              </SpaceBetween>
            }
          >
            Log groups
          </Header>
        }
        filter={<Find filter={filterProps} label="Find log groups by name" matches={filteredItemsCount} />}
        pagination={<Pages {...paginationProps} />}
      />
      {dialog === "create" ? <CreateGroup onClose={close} /> : null}
      {dialog === "delete" ? <DeleteGroups groups={names} onClose={close} /> : null}
      {dialog === "retention" ? (
        <EditRetention groups={names} now={selected[0]?.retentionInDays} onClose={close} />
      ) : null}
    </>
  );
}
