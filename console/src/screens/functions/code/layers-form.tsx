import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import Autosuggest from "@cloudscape-design/components/autosuggest";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { configure } from "../../../aws/functions";
import { listLayers } from "../../../aws/layers";
import { useSubmit } from "../../../parts/submit";
import { EditForm } from "../configuration/edit-form";
import { layerName, refusedLayers } from "./layer-arn";

const LAYERS_MAX = 5;

interface LayersFormProps {
  name: string;
  arns: string[];
  done: () => void;
}

/** Layers by the ARNs of their versions; those of the region are offered. */
export function LayersForm({ name, arns, done }: LayersFormProps) {
  const [rows, setRows] = useState(() => (arns.length === 0 ? [""] : arns));
  const [sent, setSent] = useState<string[]>([]);
  const layers = useQuery({ queryKey: ["layers"], queryFn: listLayers });
  const save = useSubmit(
    (wanted: string[]) => configure({ FunctionName: name, Layers: wanted.filter(Boolean) }),
    { done: () => `Saved the layers of ${name}.` },
  );
  const refused = save.failure === undefined ? [] : refusedLayers(save.failure.message, sent);
  const submit = async () => {
    const wanted = rows.map((arn) => arn.trim());
    setSent(wanted);
    if (await save.run(wanted)) {
      done();
    }
  };
  return (
    <EditForm
      title="Layers"
      description="Later ones lie over earlier ones, and the function's own code over all."
      busy={save.busy}
      wrong={save.failure}
      error={
        save.failure === undefined || refused.some(Boolean)
          ? undefined
          : `${save.failure.code}: ${save.failure.message}`
      }
      onSave={() => void submit()}
      onCancel={done}
    >
      <AttributeEditor
        items={rows.map((arn) => ({ arn }))}
        addButtonText="Add layer"
        removeButtonText="Remove"
        removeButtonAriaLabel={({ arn }) => `Remove ${layerName(arn)}`}
        disableAddButton={rows.length >= LAYERS_MAX}
        empty="No layers."
        onAddButtonClick={() => setRows([...rows, ""])}
        onRemoveButtonClick={({ detail }) => setRows(rows.filter((_, at) => at !== detail.itemIndex))}
        gridLayout={[{ rows: [[1]], removeButton: { width: "auto" } }]}
        definition={[
          {
            label: "Layer version ARN",
            errorText: (_, at) => refused[at],
            control: ({ arn }, at) => (
              <Autosuggest
                value={arn}
                options={(layers.data ?? []).map((value) => ({ value }))}
                placeholder="arn:aws:lambda:us-east-1:000000000000:layer:my-layer:1"
                enteredTextLabel={(value) => `Use ${value}`}
                empty="No layers in this region"
                onChange={({ detail }) =>
                  setRows(rows.map((before, index) => (index === at ? detail.value : before)))
                }
              />
            ),
          },
        ]}
      />
    </EditForm>
  );
}
