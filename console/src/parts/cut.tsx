/** A name in a table's cell: what is wider than `width` is cut, and told whole by the pointer. */
export function Cut({ text, width }: { text: string; width: string }) {
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
      {text}
    </span>
  );
}
