import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { Submit } from "../../parts/submit";
import { paths } from "../../paths";

interface MayNotReadProps {
  message: string;
  /** The role's name. */
  role: string;
  /** Lets the role read the stream. */
  allow: Submit<string, unknown>;
  busy: boolean;
  again: () => Promise<void>;
}

/** AWS's refusal of a trigger whose role may not read the stream, and the way out of it. */
export function MayNotRead({ message, role, allow, busy, again }: MayNotReadProps) {
  const go = async () => {
    if (await allow.run(role)) {
      await again();
    }
  };
  return (
    <Alert
      type="error"
      header={`The role ${role} may not read the stream`}
      action={
        <SpaceBetween direction="horizontal" size="xs">
          <Button formAction="none" href={paths.role(role)}>
            See the role
          </Button>
          <Button formAction="none" variant="primary" loading={allow.busy || busy} onClick={() => void go()}>
            Let the role read this stream
          </Button>
        </SpaceBetween>
      }
    >
      {message}
      {allow.failure === undefined ? null : <div>{allow.failure.message}</div>}
    </Alert>
  );
}
