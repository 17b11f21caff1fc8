import Box from "@cloudscape-design/components/box";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { splitDescription } from "./note";

/** A function's description, and what the server adds to it about the Python it runs on. */
export function Described({ description }: { description: string | undefined }) {
  const { own, note } = splitDescription(description);
  return (
    <>
      {own === "" ? null : (
        <Box variant="p" color="text-body-secondary">
          {own}
        </Box>
      )}
      {note === undefined ? null : (
        <Box margin={{ top: "xs" }} fontSize="body-s">
          <StatusIndicator type="info">{note}</StatusIndicator>
        </Box>
      )}
    </>
  );
}
