import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useSubmit } from "../../../parts/submit";
import { type Made, nothing, type Plan, type Step, stepsOf } from "./creation";

export type Progress = { step: Step; state: "done" | "running" | "failed" | "waiting" }[];

/** Runs a plan's steps and tells how far it is. Running again goes on where the last try ended. */
export function useMaking() {
  const made = useRef<Made>(nothing);
  const [progress, setProgress] = useState<Progress>([]);
  const [functionName, setFunctionName] = useState<string>();
  const client = useQueryClient();
  const submit = useSubmit(
    async (plan: Plan) => {
      const steps = stepsOf(plan);
      for (const [at, step] of steps.entries()) {
        const tell = (state: Progress[number]["state"]) =>
          setProgress(
            steps.map((one, index) => ({
              step: one,
              state: index < at ? "done" : index > at ? "waiting" : state,
            })),
          );
        tell("running");
        try {
          made.current = await step.run(plan, made.current);
        } catch (thrown) {
          tell("failed");
          throw thrown;
        }
        setFunctionName(made.current.functionName);
        tell("done");
      }
      await client.invalidateQueries();
      return plan.name;
    },
    { done: (name) => `Created the function ${name}.` },
  );
  return {
    submit,
    progress,
    /** The function once it is made: what belongs to it cannot be changed in the form any more. */
    functionName,
    /** Whether a role of this name was made by an earlier try. */
    hasRole: (name: string) => made.current.roles[name] !== undefined,
  };
}
