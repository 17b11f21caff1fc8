import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type FormEvent, useState } from "react";
import type { Draft } from "./draft";
import { type PackageFile, pathTrouble } from "./package";

interface FileTreeProps {
  files: readonly PackageFile[];
  changes: Draft["changes"];
  open: string;
  onOpen: (path: string) => void;
  onAdd: (path: string) => void;
  onRename: (path: string, next: string) => void;
  onDelete: (path: string) => void;
}

/** The files of a package by folder, with what can be done to them. */
export function FileTree(props: FileTreeProps) {
  const { files, changes, open, onOpen, onAdd, onRename, onDelete } = props;
  const [asking, setAsking] = useState<"add" | "rename">();
  const taken = files.map(({ path }) => path);
  const there = taken.includes(open);
  return (
    <SpaceBetween size="xs">
      <SpaceBetween direction="horizontal" size="xxs">
        <Button variant="icon" iconName="add-plus" ariaLabel="Add a file" onClick={() => setAsking("add")} />
        <ButtonDropdown
          variant="icon"
          ariaLabel="Of the open file"
          items={[
            { id: "rename", text: "Rename", disabled: !there },
            { id: "delete", text: "Delete", disabled: !there },
          ]}
          onItemClick={({ detail }) => (detail.id === "rename" ? setAsking("rename") : onDelete(open))}
        />
      </SpaceBetween>
      {asking === undefined ? null : (
        <PathForm
          label={asking === "add" ? "New file" : "New name"}
          value={asking === "add" ? "" : open}
          taken={asking === "add" ? taken : taken.filter((path) => path !== open)}
          onDismiss={() => setAsking(undefined)}
          onDone={(path) => {
            setAsking(undefined);
            if (asking === "add") {
              onAdd(path);
            } else if (path !== open) {
              onRename(open, path);
            }
          }}
        />
      )}
      <ul aria-label="Files" style={{ listStyle: "none", margin: 0, padding: 0 }}>
        {files.map(({ path }, index) => (
          <Entry
            key={path}
            path={path}
            before={files[index - 1]?.path ?? ""}
            open={path === open}
            changed={changes[path] !== undefined}
            onOpen={onOpen}
          />
        ))}
      </ul>
    </SpaceBetween>
  );
}

interface EntryProps {
  path: string;
  /** The path before it in the list: folders that both are in are not told again. */
  before: string;
  open: boolean;
  changed: boolean;
  onOpen: (path: string) => void;
}

function Entry({ path, before, open, changed, onOpen }: EntryProps) {
  const parts = path.split("/");
  const folders = parts.slice(0, -1);
  const known = before.split("/").slice(0, -1);
  const common = folders.findIndex((folder, index) => folder !== known[index]);
  const fresh = common === -1 ? [] : folders.slice(common);
  return (
    <>
      {fresh.map((folder, index) => (
        <li
          key={folder}
          style={{ padding: "2px 8px", paddingLeft: 8 + 14 * (folders.length - fresh.length + index) }}
        >
          {folder}/
        </li>
      ))}
      <li>
        <button
          type="button"
          aria-current={open ? "true" : undefined}
          title={path}
          onClick={() => onOpen(path)}
          style={{
            all: "unset",
            boxSizing: "border-box",
            cursor: "pointer",
            width: "100%",
            padding: "4px 8px",
            paddingLeft: 8 + 14 * folders.length,
            borderRadius: 6,
            outline: "revert",
            overflowWrap: "anywhere",
            fontWeight: open ? 700 : 400,
            background: open ? "color-mix(in srgb, currentColor 12%, transparent)" : "none",
          }}
        >
          {parts.at(-1)}
          {changed ? <span title="Not deployed yet"> ●</span> : null}
        </button>
      </li>
    </>
  );
}

interface PathFormProps {
  label: string;
  value: string;
  taken: readonly string[];
  onDone: (path: string) => void;
  onDismiss: () => void;
}

function PathForm({ label, value, taken, onDone, onDismiss }: PathFormProps) {
  const [path, setPath] = useState(value);
  const [trouble, setTrouble] = useState<string>();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const found = pathTrouble(path.trim(), taken);
    setTrouble(found);
    if (found === undefined) {
      onDone(path.trim());
    }
  };
  return (
    <form onSubmit={submit}>
      <SpaceBetween size="xs">
        <FormField label={label} errorText={trouble}>
          <Input
            value={path}
            autoFocus
            autoComplete={false}
            placeholder="module.py"
            onChange={({ detail }) => setPath(detail.value)}
            onKeyDown={({ detail }) => {
              if (detail.key === "Escape") {
                onDismiss();
              }
            }}
          />
        </FormField>
        <SpaceBetween direction="horizontal" size="xs">
          <Button formAction="submit">{label === "New file" ? "Add" : "Rename"}</Button>
          <Button variant="link" formAction="none" onClick={onDismiss}>
            Cancel
          </Button>
        </SpaceBetween>
      </SpaceBetween>
    </form>
  );
}
