import Box from "@cloudscape-design/components/box";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import Popover from "@cloudscape-design/components/popover";
import { type AttributeValue, brief, plainText, typeName } from "../../aws/attributes";

const SHOWN_MAX = 60;

export const shortened = (text: string, most = SHOWN_MAX) =>
  text.length > most ? `${text.slice(0, most)}…` : text;

/** A value in a table: what fits on a line, the rest on demand. */
export function ValueCell({ value }: { value: AttributeValue | undefined }) {
  if (value === undefined) {
    return null;
  }
  if (value.NULL !== undefined) {
    return <Box color="text-status-inactive">null</Box>;
  }
  if (value.S === "" || value.B?.length === 0) {
    return <Box color="text-status-inactive">empty</Box>;
  }
  const text = brief(value);
  const nested = value.M !== undefined || value.L !== undefined;
  if (!nested && text.length <= SHOWN_MAX && !text.includes("\n")) {
    return <span style={{ whiteSpace: "nowrap" }}>{text}</span>;
  }
  const whole = value.S ?? plainText(value, 2);
  return (
    <Popover
      header={typeName(value)}
      size="large"
      renderWithPortal
      dismissAriaLabel="Close"
      content={
        <>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
          <pre tabIndex={0} style={{ margin: 0, maxHeight: 320, overflow: "auto", whiteSpace: "pre-wrap" }}>
            {whole}
          </pre>
          <CopyToClipboard
            textToCopy={whole}
            copyButtonText="Copy"
            copySuccessText="Copied"
            copyErrorText="It could not be copied"
          />
        </>
      }
    >
      <span style={{ whiteSpace: "nowrap" }}>{shortened(text)}</span>
    </Popover>
  );
}
