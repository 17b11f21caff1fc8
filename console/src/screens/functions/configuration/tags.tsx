import { retag } from "../../../aws/functions";
import { useSubmit } from "../../../parts/submit";
import type { TabProps } from "../function";
import { PairsSection } from "./pairs-section";

export function Tags({ name, detail }: TabProps) {
  const save = useSubmit(
    async (values: Record<string, string>) => {
      await retag(detail.Configuration?.FunctionArn ?? "", detail.Tags ?? {}, values);
      return true;
    },
    { done: () => `Saved the tags of ${name}.` },
  );
  return (
    <PairsSection
      title="Tags"
      noun="tag"
      description="Your own labels for the function."
      values={detail.Tags}
      save={save}
    />
  );
}
