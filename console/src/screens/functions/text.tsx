import Box from "@cloudscape-design/components/box";

/** Text as a program wrote it. Long text is scrolled, also with the keyboard. */
export function Text({ label, children }: { label: string; children: string }) {
  return (
    <div>
      <Box variant="awsui-key-label">{label}</Box>
      <section
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
        tabIndex={0}
        style={{ maxHeight: 320, overflow: "auto" }}
      >
        <pre
          style={{
            margin: 0,
            whiteSpace: "pre-wrap",
            overflowWrap: "anywhere",
            font: "13px/1.5 Menlo, Consolas, 'DejaVu Sans Mono', monospace",
          }}
        >
          {children}
        </pre>
      </section>
    </div>
  );
}
