import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import { useRef } from "react";
import { deployCode, downloadCode, getFunction } from "../../../aws/functions";
import { useSubmit } from "../../../parts/submit";

interface PackageActionsProps {
  name: string;
  /** The package was replaced: changes to the old one make no sense any more. */
  onReplaced?: () => void;
}

/** Whole packages: upload and download. */
export function PackageActions({ name, onReplaced }: PackageActionsProps) {
  const chooser = useRef<HTMLInputElement>(null);
  const upload = useSubmit(async (file: File) => deployCode(name, new Uint8Array(await file.arrayBuffer())), {
    done: (_, file) => `Deployed ${file.name}.`,
    tellFailure: true,
  });
  const download = useSubmit(
    async () => save(await downloadCode((await getFunction(name)).Code?.Location ?? ""), `${name}.zip`),
    { tellFailure: true },
  );
  const chosen = async (file: File | undefined) => {
    if (file !== undefined && (await upload.run(file))) {
      onReplaced?.();
    }
  };
  return (
    <>
      <input
        ref={chooser}
        type="file"
        accept=".zip,application/zip"
        aria-label="A .zip file with the code"
        hidden
        onChange={(event) => {
          void chosen(event.target.files?.[0]);
          event.target.value = "";
        }}
      />
      {upload.busy ? (
        <Button loading>Uploading</Button>
      ) : (
        <ButtonDropdown
          loading={download.busy}
          items={[
            { id: "upload", text: "Upload a .zip file" },
            { id: "download", text: "Download the package" },
          ]}
          onItemClick={({ detail }) =>
            detail.id === "upload" ? chooser.current?.click() : void download.run()
          }
        >
          Package
        </ButtonDropdown>
      )}
    </>
  );
}

function save(data: Uint8Array, name: string): void {
  const address = URL.createObjectURL(new Blob([data.slice().buffer], { type: "application/zip" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
