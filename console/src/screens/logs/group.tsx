import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useParams, useSearchParams } from "react-router";
import { findLogGroup, type LogGroup } from "../../aws/logs";
import { useGo } from "../../parts/go";
import { Page } from "../../parts/page";
import { SectionTabs } from "../../parts/section-tabs";
import { Empty, Loaded } from "../../parts/states";
import { type LogGroupTab, paths } from "../../paths";
import { DeleteGroups } from "./group-dialogs";
import { GroupSettings } from "./group-settings";
import { functionOf } from "./places";
import { Search } from "./search";
import { Streams } from "./streams";

const TABS: { id: LogGroupTab; label: string; content: (name: string, group: LogGroup) => ReactNode }[] = [
  { id: "streams", label: "Log streams", content: (name) => <Streams group={name} /> },
  { id: "search", label: "Search", content: (name) => <Search group={name} /> },
  {
    id: "settings",
    label: "Settings",
    content: (name, group) => <GroupSettings name={name} group={group} />,
  },
];
const CRUMBS = [{ text: "Logs", href: paths.logs() }];

export default function Group() {
  const { group: name = "" } = useParams();
  const group = useQuery({
    queryKey: ["log-group", name],
    queryFn: () => findLogGroup(name),
    refetchInterval: 5_000,
  });
  return (
    <Page title={name} crumbs={CRUMBS} actions={group.data ? <Actions name={name} /> : undefined}>
      <Loaded query={group} label={`Loading ${name}`}>
        {(data) => (data === null ? <NoGroup name={name} /> : <Sections name={name} group={data} />)}
      </Loaded>
    </Page>
  );
}

function Sections({ name, group }: { name: string; group: LogGroup }) {
  const [address] = useSearchParams();
  return (
    <SectionTabs
      ariaLabel={`Sections of ${name}`}
      sections={TABS.map((tab) => ({ ...tab, content: () => tab.content(name, group) }))}
      asked={address.get("tab")}
      href={(id) => paths.logGroup(name, id)}
    />
  );
}

function Actions({ name }: { name: string }) {
  const [deleting, setDeleting] = useState(false);
  const go = useGo();
  const writer = functionOf(name);
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <Button onClick={() => setDeleting(true)}>Delete log group</Button>
      {writer === undefined ? null : <Button href={paths.function(writer)}>Function</Button>}
      <Button variant="primary" href={paths.liveTail(name)}>
        Live tail
      </Button>
      {deleting ? (
        <DeleteGroups groups={[name]} onClose={() => setDeleting(false)} onDone={() => go(paths.logs())} />
      ) : null}
    </SpaceBetween>
  );
}

/** For instance of a function that has not run yet. */
function NoGroup({ name }: { name: string }) {
  const writer = functionOf(name);
  return (
    <Empty title="There is no such log group" action={<Button href={paths.logs()}>All log groups</Button>}>
      {writer === undefined
        ? "It may have been deleted, or be in another region."
        : `The function ${writer} makes it when it first runs, if its role may write logs.`}
    </Empty>
  );
}
