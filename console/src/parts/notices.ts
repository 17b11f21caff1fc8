/** What is told at the top of the page until it is dismissed. */

import type { FlashbarProps } from "@cloudscape-design/components/flashbar";
import type { ReactNode } from "react";
import { useSyncExternalStore } from "react";

const SHOWN_MAX = 5;
const SUCCESS_MS = 8000;

let notices: readonly FlashbarProps.MessageDefinition[] = [];
let last = 0;
const watchers = new Set<() => void>();

function set(next: readonly FlashbarProps.MessageDefinition[]): void {
  notices = next;
  for (const tell of watchers) {
    tell();
  }
}

/** Tell something. What went well goes by itself after a while. The answer takes it away. */
export function notify(
  type: "success" | "error" | "info" | "warning" | "in-progress",
  content: ReactNode,
  action?: ReactNode,
): () => void {
  last += 1;
  const id = String(last);
  const dismiss = () => set(notices.filter((notice) => notice.id !== id));
  const notice: FlashbarProps.MessageDefinition = {
    id,
    type: type === "in-progress" ? "info" : type,
    loading: type === "in-progress",
    content,
    action,
    dismissible: true,
    dismissLabel: "Dismiss",
    onDismiss: dismiss,
    ariaRole: type === "error" ? "alert" : "status",
  };
  set([notice, ...notices].slice(0, SHOWN_MAX));
  if (type === "success") {
    setTimeout(dismiss, SUCCESS_MS);
  }
  return dismiss;
}

export function useNotices(): readonly FlashbarProps.MessageDefinition[] {
  return useSyncExternalStore(
    (tell) => {
      watchers.add(tell);
      return () => watchers.delete(tell);
    },
    () => notices,
  );
}
