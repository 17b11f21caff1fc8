import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { Runtime } from "../../../aws/functions";
import { type FormState, runtimesOf } from "./form-state";

export interface SectionProps {
  form: FormState;
  /** AWS's message, or the form's own, about one of these request parameters. */
  errorOf: (...fields: string[]) => string | undefined;
  /** The function is made: what belongs to it is fixed. */
  fixed: boolean;
  change: (part: Partial<FormState>) => void;
}

export function Basics({ form, errorOf, fixed, change }: SectionProps) {
  const runtimes = runtimesOf(form);
  return (
    <Container header={<Header variant="h2">Basic information</Header>}>
      <SpaceBetween size="l">
        <FormField
          label="Function name"
          description="What the function is for."
          constraintText="Letters, digits, hyphens and underscores; at most 64."
          errorText={errorOf("functionName")}
        >
          <Input
            value={form.name}
            autoComplete={false}
            disabled={fixed}
            placeholder="myFunctionName"
            onChange={({ detail }) => change({ name: detail.value })}
          />
        </FormField>
        <FormField
          label="Runtime"
          description="What runs the code: the Python or Node.js of this machine that is nearest to it, or a program of your own."
          errorText={errorOf("runtime")}
        >
          <Select
            options={runtimes}
            disabled={fixed}
            selectedOption={runtimes.find(({ value }) => value === form.runtime) ?? null}
            onChange={({ detail }) => change({ runtime: detail.selectedOption.value as Runtime })}
          />
        </FormField>
      </SpaceBetween>
    </Container>
  );
}
