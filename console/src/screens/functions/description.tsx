import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
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
        <Box margin={{ top: "s" }}>
          <Alert type="info">The server says: {note}.</Alert>
        </Box>
      )}
    </>
  );
}
