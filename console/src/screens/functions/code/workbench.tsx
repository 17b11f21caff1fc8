import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { deployCode, type FunctionDetail } from "../../../aws/functions";
import { region } from "../../../aws/session";
import { CodeEditor } from "../../../parts/code-editor";
import { bytes } from "../../../parts/format";
import { Empty } from "../../../parts/states";
import { useSubmit } from "../../../parts/submit";
import { STARTS } from "../runtimes";
import { apply, type Draft, keepDraft, readDraft, remaining, renamed, withoutFile, withText } from "./draft";
import { FileTree } from "./file-tree";
import { type PackageFile, textOf, zipOf } from "./package";
import { PackageActions } from "./package-actions";

interface WorkbenchProps {
  name: string;
  /** CodeSha256 of `files`. */
  sha: string;
  /** As they are deployed. */
  files: PackageFile[];
}

/** Edits the files of a package. What is not deployed yet is kept with the tab. */
export function Workbench({ name, sha, files }: WorkbenchProps) {
  const [draft, setDraft] = useState<Draft>(() => readDraft(region(), name) ?? { base: sha, changes: {} });
  const shown = apply(files, draft.changes);
  const [open, setOpen] = useState(() => firstOf(shown));
  const file = shown.find(({ path }) => path === open);
  const changed = Object.keys(draft.changes).length > 0;
  const latest = useRef(draft);
  const client = useQueryClient();
  const keep = (next: Draft) => {
    latest.current = next;
    setDraft(next);
    keepDraft(region(), name, next);
  };
  const change = (changes: Draft["changes"]) => keep({ base: changed ? draft.base : sha, changes });
  const discard = () => keep({ base: sha, changes: {} });
  const deploy = useSubmit(
    async () => {
      const sent = draft.changes;
      const configuration = await deployCode(name, zipOf(shown));
      // What was sent is what is there now: shown at once, without fetching it.
      client.setQueryData(["code", name, configuration.CodeSha256], shown);
      client.setQueryData(["function", name], (before: FunctionDetail) => ({
        ...before,
        Configuration: configuration,
      }));
      keep({ base: configuration.CodeSha256 ?? "", changes: remaining(latest.current.changes, sent) });
      return configuration;
    },
    { done: () => `Deployed ${name}.` },
  );
  const start = () => {
    if (changed && !deploy.busy) {
      void deploy.run();
    }
  };
  return (
    <Container
      header={
        <Header
          variant="h2"
          info={changed ? <StatusIndicator type="warning">Unsaved changes</StatusIndicator> : undefined}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              {changed ? (
                <Button disabled={deploy.busy} onClick={discard}>
                  Discard changes
                </Button>
              ) : null}
              <PackageActions name={name} onReplaced={discard} />
              <Button variant="primary" disabled={!changed} loading={deploy.busy} onClick={start}>
                Deploy
              </Button>
            </SpaceBetween>
          }
        >
          Code source
        </Header>
      }
    >
      <SpaceBetween size="m">
        {deploy.failure === undefined ? null : (
          <Alert type="error" header={deploy.failure.code}>
            {deploy.failure.message}
          </Alert>
        )}
        {changed && draft.base !== sha && !deploy.busy ? (
          <Alert type="warning">
            Other code was deployed since these changes were begun. Deploying puts them on top of it.
          </Alert>
        ) : null}
        <div style={{ display: "grid", gridTemplateColumns: "220px minmax(0, 1fr)", gap: 16 }}>
          <FileTree
            files={shown}
            changes={draft.changes}
            open={open}
            onOpen={setOpen}
            onAdd={(path) => {
              change(withText(files, draft.changes, path, ""));
              setOpen(path);
            }}
            onRename={(path, next) => {
              change(renamed(files, draft.changes, path, next));
              setOpen(next);
            }}
            onDelete={(path) => {
              const next = withoutFile(files, draft.changes, path);
              change(next);
              setOpen(firstOf(apply(files, next)));
            }}
          />
          <OpenFile
            file={file}
            onChange={(text) => change(withText(files, draft.changes, open, text))}
            onSave={start}
          />
        </div>
      </SpaceBetween>
    </Container>
  );
}

interface OpenFileProps {
  file: PackageFile | undefined;
  onChange: (text: string) => void;
  onSave: () => void;
}

function OpenFile({ file, onChange, onSave }: OpenFileProps) {
  if (file === undefined) {
    return <Empty title="No file is open">Choose one beside, or add one.</Empty>;
  }
  const text = textOf(file.bytes);
  if (text === undefined) {
    return (
      <Empty title="This file is not text">It has {bytes(file.bytes.length)}, and is kept as it is.</Empty>
    );
  }
  return (
    <div>
      <CodeEditor
        key={file.path}
        value={text}
        language={languageOf(file.path)}
        ariaLabel={file.path}
        minHeight="360px"
        onChange={onChange}
        onSave={onSave}
      />
      <Box fontSize="body-s" color="text-body-secondary" margin={{ top: "xxs" }}>
        {file.path} · {bytes(file.bytes.length)} · Ctrl+S deploys · Esc, then Tab leaves the editor
      </Box>
    </div>
  );
}

const HANDLER_FILES = Object.values(STARTS).map(({ file }) => file);

const firstOf = (files: readonly PackageFile[]): string =>
  (
    files.find(({ path }) => HANDLER_FILES.includes(path)) ??
    files.find(({ path }) => /\.(py|[cm]?js)$/.test(path)) ??
    files[0]
  )?.path ?? "";

function languageOf(path: string): "python" | "javascript" | "json" | "text" {
  if (/\.[cm]?js$/.test(path)) {
    return "javascript";
  }
  return path.endsWith(".py") ? "python" : path.endsWith(".json") ? "json" : "text";
}
