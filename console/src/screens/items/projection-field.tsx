import FormField from "@cloudscape-design/components/form-field";
import Multiselect from "@cloudscape-design/components/multiselect";
import type { Question } from "./question";

/** All attributes, or those that are chosen among the ones that were seen. The key is always read. */
export function ProjectionField({
  question,
  known,
  onChange,
}: {
  question: Question;
  known: string[];
  onChange: (part: Partial<Question>) => void;
}) {
  const names = [...new Set([...known, ...question.projection])];
  const option = (value: string) => ({ value, label: value });
  return (
    <FormField label="Select attribute projection" stretch>
      <Multiselect
        placeholder={question.projection.length === 0 ? "All attributes" : "Specific attributes"}
        options={names.map(option)}
        selectedOptions={question.projection.map(option)}
        filteringType="auto"
        empty="Attributes to choose from are known once something was read"
        keepOpen
        tokenLimit={4}
        deselectAriaLabel={({ label }) => `Remove ${label}`}
        onChange={({ detail }) =>
          onChange({ projection: detail.selectedOptions.flatMap(({ value }) => (value ? [value] : [])) })
        }
      />
    </FormField>
  );
}
