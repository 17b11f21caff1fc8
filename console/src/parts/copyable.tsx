import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";

/** A name or a number that people want elsewhere, with a button that copies it. */
export function Copyable({ text, what }: { text: string; what: string }) {
  return (
    <CopyToClipboard
      variant="inline"
      textToCopy={text}
      copyButtonAriaLabel={`Copy ${what}`}
      copySuccessText="Copied"
      copyErrorText="It could not be copied"
    />
  );
}
