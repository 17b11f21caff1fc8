import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { deleteVersion } from "../../../aws/versions";
import { Confirm } from "../../../parts/confirm";
import { bytes, dateTime } from "../../../parts/format";
import { Empty, FailureAlert } from "../../../parts/states";
import { useSubmit } from "../../../parts/submit";
import type { TabProps } from "../function";
import { useAliases, useVersions } from "../queries";
import { PublishVersion } from "./publish-version";
import { leadingTo } from "./routing";

/** What was published: code and configuration that do not change any more. */
export default function VersionsTab({ name }: TabProps) {
  const versions = useVersions(name);
  const aliases = useAliases(name);
  const [chosen, setChosen] = useState<string>();
  const [dialog, setDialog] = useState<"publish" | "delete">();
  const published = (versions.data ?? []).filter(({ Version }) => Version !== "$LATEST");
  const selected = published.filter(({ Version }) => Version === chosen);
  if (versions.isError && versions.data === undefined) {
    return <FailureAlert error={versions.error} retry={() => void versions.refetch()} />;
  }
  const publish = <Button onClick={() => setDialog("publish")}>Publish new version</Button>;
  return (
    <>
      <Table
        items={published}
        trackBy="Version"
        loading={versions.isPending}
        loadingText="Loading versions"
        selectionType="single"
        selectedItems={selected}
        onSelectionChange={({ detail }) => setChosen(detail.selectedItems[0]?.Version)}
        wrapLines
        ariaLabels={{
          tableLabel: "Versions",
          selectionGroupLabel: "Version to act on",
          itemSelectionLabel: (_, { Version }) => `Version ${Version}`,
        }}
        header={
          <Header
            counter={versions.data && `(${published.length})`}
            description="A version is the code and the configuration as they were when it was published."
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button disabled={selected.length === 0} onClick={() => setDialog("delete")}>
                  Delete
                </Button>
                {publish}
              </SpaceBetween>
            }
          >
            Versions
          </Header>
        }
        empty={
          <Empty title="No versions" action={publish}>
            Publish one to keep the code and the configuration as they are now.
          </Empty>
        }
        columnDefinitions={[
          { id: "version", header: "Version", cell: ({ Version }) => Version, isRowHeader: true },
          {
            id: "aliases",
            header: "Aliases",
            cell: ({ Version = "" }) => leadingTo(Version, aliases.data ?? []).join(", ") || "-",
          },
          { id: "description", header: "Description", cell: ({ Description }) => Description || "-" },
          { id: "runtime", header: "Runtime", cell: ({ Runtime }) => Runtime },
          { id: "size", header: "Code size", cell: ({ CodeSize = 0 }) => bytes(CodeSize) },
          {
            id: "published",
            header: "Published",
            cell: ({ LastModified }) => (LastModified ? dateTime(new Date(LastModified)) : "-"),
          },
        ]}
      />
      {dialog === "publish" ? <PublishVersion name={name} done={() => setDialog(undefined)} /> : null}
      {dialog === "delete" && chosen !== undefined ? (
        <DeleteVersion name={name} version={chosen} done={() => setDialog(undefined)} />
      ) : null}
    </>
  );
}

function DeleteVersion({ name, version, done }: { name: string; version: string; done: () => void }) {
  const removal = useSubmit(() => deleteVersion(name, version), {
    done: () => `Deleted version ${version} of ${name}.`,
  });
  return (
    <Confirm
      title={`Delete version ${version}?`}
      action="Delete"
      busy={removal.busy}
      failure={removal.failure}
      onDismiss={done}
      onConfirm={() => {
        void removal.run().then((gone) => {
          if (gone !== undefined) {
            done();
          }
        });
      }}
    >
      What names version {version} of {name} will not find it any more. Its number is not used again.
    </Confirm>
  );
}
