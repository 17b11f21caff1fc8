import Alert from "@cloudscape-design/components/alert";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { type FunctionUrlConfig, saveFunctionUrl, type UrlAuth } from "../../../aws/function-urls";
import { useSubmit } from "../../../parts/submit";
import { type CorsForm, corsForm, corsOf } from "./cors";
import { EditForm } from "./edit-form";
import { wholeNumber } from "./whole-number";

interface FunctionUrlFormProps {
  name: string;
  before: FunctionUrlConfig | null;
  done: () => void;
}

const FIELDS: { id: "origins" | "methods" | "headers" | "exposed"; label: string; of: string }[] = [
  { id: "origins", label: "Allow origin", of: "allowOrigins" },
  { id: "methods", label: "Allow methods", of: "allowMethods" },
  { id: "headers", label: "Allow headers", of: "allowHeaders" },
  { id: "exposed", label: "Expose headers", of: "exposeHeaders" },
];

/** Makes a function URL, or changes it. */
export function FunctionUrlForm({ name, before, done }: FunctionUrlFormProps) {
  const [auth, setAuth] = useState<UrlAuth>(before?.AuthType === "NONE" ? "NONE" : "AWS_IAM");
  const [cors, setCors] = useState<CorsForm>(() => corsForm(before?.Cors));
  const [trouble, setTrouble] = useState<string>();
  const save = useSubmit(() => saveFunctionUrl(name, auth, corsOf(cors), before), {
    done: () => `Saved the URL of ${name}.`,
  });
  const change = (part: Partial<CorsForm>) => setCors((now) => ({ ...now, ...part }));
  const submit = async () => {
    const found = cors.on && cors.maxAge !== "" ? wholeNumber(cors.maxAge) : undefined;
    setTrouble(found);
    save.reset();
    if (found === undefined && (await save.run())) {
      done();
    }
  };
  return (
    <EditForm
      title="Function URL"
      busy={save.busy}
      wrong={trouble ?? save.failure}
      error={save.formError("maxAge", ...FIELDS.map(({ of }) => of))}
      onSave={() => void submit()}
      onCancel={done}
    >
      <FormField label="Auth type" stretch>
        <RadioGroup
          value={auth}
          onChange={({ detail }) => setAuth(detail.value === "NONE" ? "NONE" : "AWS_IAM")}
          items={[
            {
              value: "AWS_IAM",
              label: "AWS_IAM",
              description: "Requests are signed, and whoever signs must be allowed to invoke the function.",
            },
            { value: "NONE", label: "NONE", description: "No signature is asked for." },
          ]}
        />
      </FormField>
      {auth === "NONE" ? (
        <Alert type="info">
          Anybody who can reach this server may then call the function. Two statements are added to its
          resource-based policy: they allow everybody lambda:InvokeFunctionUrl, and lambda:InvokeFunction by
          way of the URL.
        </Alert>
      ) : null}
      <Checkbox
        checked={cors.on}
        description="For web pages of other origins that call the function."
        onChange={({ detail }) => change({ on: detail.checked })}
      >
        Configure cross-origin resource sharing (CORS)
      </Checkbox>
      {cors.on ? (
        <SpaceBetween size="l">
          {FIELDS.map(({ id, label, of }) => (
            <FormField
              key={id}
              label={label}
              constraintText="Several with commas between them."
              errorText={save.errorOf(of)}
            >
              <Input
                autoComplete={false}
                value={cors[id]}
                onChange={({ detail }) => change({ [id]: detail.value })}
              />
            </FormField>
          ))}
          <FormField label="Max age (seconds)" errorText={trouble ?? save.errorOf("maxAge")}>
            <Input
              autoComplete={false}
              value={cors.maxAge}
              inputMode="numeric"
              onChange={({ detail }) => change({ maxAge: detail.value })}
            />
          </FormField>
          <Checkbox
            checked={cors.credentials}
            onChange={({ detail }) => change({ credentials: detail.checked })}
          >
            Allow credentials
          </Checkbox>
        </SpaceBetween>
      ) : null}
    </EditForm>
  );
}
