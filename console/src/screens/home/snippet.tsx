import Box from "@cloudscape-design/components/box";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";

/** Text to be copied as it is. */
export function Snippet({ text, what }: { text: string; what: string }) {
  return (
    <div style={{ position: "relative" }}>
      <div style={{ position: "absolute", insetInlineEnd: 0, top: 0 }}>
        <CopyToClipboard
          textToCopy={text}
          variant="icon"
          copyButtonAriaLabel={`Copy ${what}`}
          copySuccessText="Copied"
          copyErrorText="It could not be copied"
        />
      </div>
      <Box variant="code">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
        <pre tabIndex={0} style={{ margin: 0, overflowX: "auto", paddingInlineEnd: 36, lineHeight: 1.6 }}>
          {text}
        </pre>
      </Box>
    </div>
  );
}
