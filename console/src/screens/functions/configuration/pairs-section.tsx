import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { Empty } from "../../../parts/states";
import type { Submit } from "../../../parts/submit";
import { EditForm } from "./edit-form";
import { type Pair, pairsOf, pairTroubles, refusedNames, valuesOf } from "./pairs";

interface PairsSectionProps {
  title: string;
  /** What one of them is called. */
  noun: string;
  description: string;
  values: Record<string, string> | undefined;
  save: Submit<Record<string, string>, unknown>;
}

/** Names with values: shown, and edited in their place. */
export function PairsSection(props: PairsSectionProps) {
  const { title, noun, description, values } = props;
  const [editing, setEditing] = useState(false);
  if (editing) {
    return <PairsForm {...props} done={() => setEditing(false)} />;
  }
  const edit = <Button onClick={() => setEditing(true)}>Edit</Button>;
  const pairs = pairsOf(values);
  return (
    <Table
      items={pairs}
      trackBy="key"
      wrapLines
      ariaLabels={{ tableLabel: title }}
      header={
        <Header counter={`(${pairs.length})`} description={description} actions={edit}>
          {title}
        </Header>
      }
      empty={<Empty title={`No ${title.toLowerCase()}`}>Choose Edit to add a {noun}.</Empty>}
      columnDefinitions={[
        { id: "key", header: "Key", cell: ({ key }) => key, isRowHeader: true, width: "35%" },
        { id: "value", header: "Value", cell: ({ value }) => value },
      ]}
    />
  );
}

function PairsForm({
  title,
  noun,
  description,
  values,
  save,
  done,
}: PairsSectionProps & { done: () => void }) {
  const [pairs, setPairs] = useState<Pair[]>(() => {
    const there = pairsOf(values);
    return there.length === 0 ? [{ key: "", value: "" }] : there;
  });
  const [sent, setSent] = useState<Pair[]>([]);
  const [troubles, setTroubles] = useState<(string | undefined)[]>([]);
  const refused = save.failure === undefined ? [] : refusedNames(save.failure.message, sent);
  const change = (index: number, part: Partial<Pair>) => {
    setTroubles([]);
    setPairs((before) => before.map((pair, at) => (at === index ? { ...pair, ...part } : pair)));
  };
  const submit = async () => {
    const found = pairTroubles(pairs);
    setTroubles(found);
    setSent(pairs);
    if (!found.some(Boolean) && (await save.run(valuesOf(pairs)))) {
      done();
    }
  };
  return (
    <EditForm
      title={title}
      description={description}
      busy={save.busy}
      wrong={troubles.some(Boolean) ? troubles : save.failure}
      error={
        save.failure === undefined || refused.some(Boolean)
          ? undefined
          : `${save.failure.code}: ${save.failure.message}`
      }
      onSave={() => void submit()}
      onCancel={() => {
        save.reset();
        done();
      }}
    >
      <AttributeEditor
        items={pairs}
        addButtonText={`Add ${noun}`}
        removeButtonText="Remove"
        removeButtonAriaLabel={({ key }) => `Remove ${key}`}
        empty={`No ${title.toLowerCase()}.`}
        onAddButtonClick={() => setPairs([...pairs, { key: "", value: "" }])}
        onRemoveButtonClick={({ detail }) => setPairs(pairs.filter((_, index) => index !== detail.itemIndex))}
        definition={[
          {
            label: "Key",
            control: ({ key }, index) => (
              <Input
                value={key}
                autoComplete={false}
                ariaLabel={`Key ${index + 1}`}
                onChange={({ detail }) => change(index, { key: detail.value })}
              />
            ),
            errorText: (_, index) => troubles[index] ?? refused[index],
          },
          {
            label: "Value",
            control: ({ value }, index) => (
              <Input
                value={value}
                autoComplete={false}
                ariaLabel={`Value ${index + 1}`}
                onChange={({ detail }) => change(index, { value: detail.value })}
              />
            ),
          },
        ]}
      />
    </EditForm>
  );
}
