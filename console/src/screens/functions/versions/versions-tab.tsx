import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { deleteVersion } from "../../../aws/versions";
import { Deletion } from "../../../parts/deletion";
import { bytes, dateTime } from "../../../parts/format";
import { Empty } from "../../../parts/states";
import type { TabProps } from "../function";
import { useAliases, useVersions } from "../queries";
import { ChoiceTable } from "./choice-table";
import { PublishVersion } from "./publish-version";
import { leadingTo } from "./routing";

/** What was published: code and configuration that do not change any more. */
export default function VersionsTab({ name }: TabProps) {
  const versions = useVersions(name);
  const aliases = useAliases(name);
  const [chosen, setChosen] = useState<string>();
  const [dialog, setDialog] = useState<"publish" | "delete">();
  const published = (versions.data ?? []).filter(({ Version }) => Version !== "$LATEST");
  const isThere = published.some(({ Version }) => Version === chosen);
  const done = () => setDialog(undefined);
  const publish = <Button onClick={() => setDialog("publish")}>Publish new version</Button>;
  return (
    <>
      <ChoiceTable
        title="Versions"
        one="Version"
        description="A version is the code and the configuration as they were when it was published."
        query={versions}
        rows={published}
        idOf={({ Version = "" }) => Version}
        labelOf={({ Version }) => `Version ${Version}`}
        chosen={chosen}
        onChoose={setChosen}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button disabled={!isThere} onClick={() => setDialog("delete")}>
              Delete
            </Button>
            {publish}
          </SpaceBetween>
        }
        empty={
          <Empty title="No versions" action={publish}>
            Publish one to keep the code and the configuration as they are now.
          </Empty>
        }
        columns={[
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
      {dialog === "publish" ? <PublishVersion name={name} done={done} /> : null}
      {dialog === "delete" && chosen !== undefined ? (
        <DeleteVersion name={name} version={chosen} done={done} />
      ) : null}
    </>
  );
}

function DeleteVersion({ name, version, done }: { name: string; version: string; done: () => void }) {
  return (
    <Deletion
      title={`Delete version ${version}?`}
      remove={() => deleteVersion(name, version)}
      told={`Deleted version ${version} of ${name}.`}
      done={done}
    >
      What names version {version} of {name} will not find it any more. Its number is not used again.
    </Deletion>
  );
}
