import Box from "@cloudscape-design/components/box";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { runtimeNote } from "./note";

/** A function's description, and what the server says of the program it runs on. */
export function Described({
  description,
  reason,
}: {
  description: string | undefined;
  reason: string | undefined;
}) {
  const note = runtimeNote(reason);
  return (
    <>
      {description ? (
        <Box variant="p" color="text-body-secondary">
          {description}
        </Box>
      ) : null}
      {note === undefined ? null : (
        <Box margin={{ top: "xs" }} fontSize="body-s">
          <StatusIndicator type="info">{note}</StatusIndicator>
        </Box>
      )}
    </>
  );
}
