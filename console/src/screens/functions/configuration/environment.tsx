import { configure } from "../../../aws/functions";
import { useSubmit } from "../../../parts/submit";
import type { TabProps } from "../function";
import { PairsSection } from "./pairs-section";

export function Environment({ name, detail }: TabProps) {
  const save = useSubmit(
    (values: Record<string, string>) => configure({ FunctionName: name, Environment: { Variables: values } }),
    { done: () => `Saved the environment variables of ${name}.` },
  );
  return (
    <PairsSection
      title="Environment variables"
      noun="variable"
      description="The function finds them in os.environ."
      values={detail.Configuration?.Environment?.Variables}
      save={save}
    />
  );
}
