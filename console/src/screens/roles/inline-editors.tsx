import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { laidOut } from "../../aws/json-text";
import { inlineDocument, putInline } from "../../aws/role-policies";
import { Loaded } from "../../parts/states";
import { NEW_POLICY } from "./documents";
import { PolicyEditor } from "./policy-editor";

interface EditInlineProps {
  role: string;
  name: string;
  onClose: () => void;
}

export function EditInline({ role, name, onClose }: EditInlineProps) {
  const document = useQuery({
    queryKey: ["inline-policy", role, name],
    queryFn: () => inlineDocument(role, name),
    // What is being edited must not change below the hands.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  return (
    <Loaded query={document} label={`Loading ${name}`}>
      {(text) => (
        <PolicyEditor
          label="Policy document"
          document={laidOut(text)}
          save={(changed) => putInline(role, name, changed)}
          done={() => `${name} was saved.`}
          onClose={onClose}
        />
      )}
    </Loaded>
  );
}

interface NewInlineProps {
  role: string;
  taken: readonly string[];
  onClose: () => void;
}

export function NewInline({ role, taken, onClose }: NewInlineProps) {
  const [name, setName] = useState("");
  const clash = taken.includes(name)
    ? "The role has a policy of this name: it would be replaced."
    : undefined;
  return (
    <PolicyEditor
      label="Policy document"
      document={NEW_POLICY}
      save={(document) => putInline(role, name, document)}
      done={() => `${name} was created.`}
      onClose={onClose}
    >
      {(error) => (
        <FormField label="Policy name" errorText={error} warningText={clash}>
          <Input value={name} autoFocus onChange={({ detail }) => setName(detail.value)} />
        </FormField>
      )}
    </PolicyEditor>
  );
}
