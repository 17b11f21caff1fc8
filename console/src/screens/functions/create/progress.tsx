import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Steps from "@cloudscape-design/components/steps";
import type { Failure } from "../../../aws/failure";
import type { Progress as State } from "./making";

const STATUS = { done: "success", running: "loading", failed: "error", waiting: "pending" } as const;
const TOLD = { done: "Done", running: "In progress", failed: "Failed", waiting: "Waiting" };

/** The steps of making a function, and how far it is. */
export function Progress({ progress, failure }: { progress: State; failure: Failure | undefined }) {
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={
            failure === undefined
              ? undefined
              : "What is done stays. Correct what is wrong and choose Create function to go on from there."
          }
        >
          Progress
        </Header>
      }
    >
      <Steps
        ariaLabel="Steps of making the function"
        steps={progress.map(({ step, state }) => ({
          header: step.title,
          status: STATUS[state],
          statusIconAriaLabel: TOLD[state],
          details:
            state === "failed" && failure !== undefined ? `${failure.code}: ${failure.message}` : undefined,
        }))}
      />
    </Container>
  );
}
