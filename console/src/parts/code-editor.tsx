import { lazy, Suspense } from "react";
import { Loading } from "./states";

export interface CodeEditorProps {
  value: string;
  language: "python" | "javascript" | "json" | "text";
  ariaLabel: string;
  onChange?: (value: string) => void;
  /** Ctrl+S or Cmd+S. */
  onSave?: () => void;
  minHeight?: string;
  maxHeight?: string;
}

const Editor = lazy(() => import("./code-mirror"));

/** An editor with highlighting, for code and JSON; read only without `onChange`. Loaded when first needed. */
export function CodeEditor(props: CodeEditorProps) {
  return (
    <Suspense fallback={<Loading label="Loading the editor" />}>
      <Editor {...props} />
    </Suspense>
  );
}
