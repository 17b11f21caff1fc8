import { retag } from "../../../aws/functions";
import { useSubmit } from "../../../parts/submit";
import type { TabProps } from "../function";
import { PairsSection } from "./pairs-section";

export function Tags({ name, detail }: TabProps) {
  const save = useSubmit(
    (values: Record<string, string>) =>
      retag(detail.Configuration?.FunctionArn ?? "", detail.Tags ?? {}, values),
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
