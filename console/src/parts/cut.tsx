import type { ReactNode } from "react";

interface CutProps {
  text: string;
  /** In CSS's words: a part of the window's width follows it. */
  width: string;
  /** What is shown instead of the bare text, for instance a link of it. */
  children?: ReactNode;
}

/** A name in a table's cell: what is wider than `width` is cut, and told whole by the pointer. */
export function Cut({ text, width, children = text }: CutProps) {
  return (
    <span
      title={text}
      style={{
        display: "inline-block",
        maxWidth: width,
        overflow: "hidden",
        textOverflow: "ellipsis",
        whiteSpace: "nowrap",
        verticalAlign: "bottom",
      }}
    >
      {children}
    </span>
  );
}
