import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { lazy, useState } from "react";
import { useParams } from "react-router";
import { isMissing } from "../../aws/failure";
import type { FunctionDetail } from "../../aws/functions";
import { useGo } from "../../parts/go";
import { notify } from "../../parts/notices";
import { Page } from "../../parts/page";
import { useMappings } from "../../parts/queries";
import { SectionTabs } from "../../parts/section-tabs";
import { Empty, FailureAlert, Loaded } from "../../parts/states";
import { type FunctionTab, paths } from "../../paths";
import { DeleteFunctions } from "./delete-functions";
import { Overview } from "./overview";
import { useFunction } from "./queries";

const CodeTab = lazy(() => import("./code/code-tab"));
const TestTab = lazy(() => import("./test/test-tab"));
const MonitorTab = lazy(() => import("./monitor/monitor-tab"));
const ConfigurationTab = lazy(() => import("./configuration/configuration-tab"));
const AliasesTab = lazy(() => import("./versions/aliases-tab"));
const VersionsTab = lazy(() => import("./versions/versions-tab"));
const TriggersTab = lazy(() => import("./triggers-tab"));

export interface TabProps {
  name: string;
  detail: FunctionDetail;
}

const TABS: { id: FunctionTab; label: string; Content: (props: TabProps) => React.ReactNode }[] = [
  { id: "code", label: "Code", Content: (props) => <CodeTab key={props.name} {...props} /> },
  { id: "test", label: "Test", Content: (props) => <TestTab key={props.name} {...props} /> },
  { id: "monitor", label: "Monitor", Content: (props) => <MonitorTab {...props} /> },
  { id: "configuration", label: "Configuration", Content: (props) => <ConfigurationTab {...props} /> },
  { id: "triggers", label: "Triggers", Content: (props) => <TriggersTab {...props} /> },
  { id: "aliases", label: "Aliases", Content: (props) => <AliasesTab key={props.name} {...props} /> },
  { id: "versions", label: "Versions", Content: (props) => <VersionsTab key={props.name} {...props} /> },
];

export default function OneFunction() {
  const { name = "", tab = "code" } = useParams();
  const [deleting, setDeleting] = useState(false);
  const detail = useFunction(name, !deleting);
  const mappings = useMappings();
  const go = useGo();
  const gone = detail.data === undefined && isMissing(detail.error);
  return (
    <Page
      title={name}
      crumbs={[{ text: "Functions", href: paths.functions() }]}
      actions={
        gone ? undefined : (
          <Actions
            name={name}
            arn={detail.data?.Configuration?.FunctionArn}
            onDelete={() => setDeleting(true)}
          />
        )
      }
    >
      {gone ? (
        <Empty
          title="There is no such function"
          action={<Button href={paths.functions()}>All functions</Button>}
        >
          It may have been deleted, or be in another region.
        </Empty>
      ) : detail.isError && detail.data === undefined ? (
        <FailureAlert error={detail.error} retry={() => void detail.refetch()} />
      ) : (
        <Loaded query={detail} label="Loading the function">
          {(data) => (
            <SpaceBetween size="l">
              <Overview name={name} detail={data} />
              <FunctionTabs name={name} tab={tab} detail={data} />
            </SpaceBetween>
          )}
        </Loaded>
      )}
      {deleting ? (
        <DeleteFunctions
          names={[name]}
          triggers={mappings.data ?? []}
          onDeleted={() => go(paths.functions())}
          onDismiss={() => setDeleting(false)}
        />
      ) : null}
    </Page>
  );
}

function FunctionTabs({ name, tab, detail }: TabProps & { tab: string }) {
  return (
    <SectionTabs
      ariaLabel="Of this function"
      sections={TABS.map(({ id, label, Content }) => ({
        id,
        label,
        content: () => <Content name={name} detail={detail} />,
      }))}
      asked={tab}
      href={(id) => paths.function(name, id)}
    />
  );
}

interface ActionsProps {
  name: string;
  arn: string | undefined;
  onDelete: () => void;
}

function Actions({ name, arn, onDelete }: ActionsProps) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(arn ?? "");
      notify("success", "Copied the function's ARN.");
    } catch {
      notify("info", arn);
    }
  };
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <Button href={paths.function(name, "test")}>Test</Button>
      <ButtonDropdown
        items={[
          { id: "copy", text: "Copy ARN", disabled: arn === undefined },
          { id: "delete", text: "Delete" },
        ]}
        onItemClick={({ detail }) => (detail.id === "copy" ? void copy() : onDelete())}
      >
        Actions
      </ButtonDropdown>
    </SpaceBetween>
  );
}
