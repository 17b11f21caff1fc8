import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import { useState } from "react";
import { changeTags, type Tag } from "../../aws/tables";
import { FormModal } from "../../parts/form-modal";
import { Empty, Loaded } from "../../parts/states";
import { useSubmit } from "../../parts/submit";
import { useTags } from "./queries";
import { tagChanges } from "./tag-changes";
import { TagFields } from "./tag-fields";

export function Tags({ name, arn }: { name: string; arn: string }) {
  const tags = useTags(name, arn);
  const [editing, setEditing] = useState(false);
  return (
    <Container
      header={
        <Header
          variant="h2"
          counter={`(${tags.data?.length ?? 0})`}
          actions={
            <Button disabled={tags.data === undefined} onClick={() => setEditing(true)}>
              Manage tags
            </Button>
          }
        >
          Tags
        </Header>
      }
    >
      <Loaded query={tags}>
        {(known) =>
          known.length === 0 ? (
            <Empty title="No tags">Keys and values to find and group tables by.</Empty>
          ) : (
            <KeyValuePairs
              columns={4}
              items={known.map(({ Key, Value }) => ({ label: Key, value: Value === "" ? "-" : Value }))}
            />
          )
        }
      </Loaded>
      {editing ? <EditTags arn={arn} tags={tags.data ?? []} onDone={() => setEditing(false)} /> : null}
    </Container>
  );
}

function EditTags({ arn, tags, onDone }: { arn: string; tags: Tag[]; onDone: () => void }) {
  const [drafts, setDrafts] = useState(tags.map(({ Key, Value }) => ({ key: Key, value: Value })));
  const submit = useSubmit(
    async () => {
      const after = drafts.map(({ key, value }) => ({ Key: key, Value: value }));
      const { set, remove } = tagChanges(tags, after);
      await changeTags(arn, set, remove);
    },
    { done: () => "The tags were saved." },
  );
  const save = async () => {
    if (await submit.run()) {
      onDone();
    }
  };
  return (
    <FormModal
      title="Manage tags"
      action="Save changes"
      size="large"
      busy={submit.busy}
      failure={submit.failure}
      error={submit.formError()}
      onSubmit={() => void save()}
      onDismiss={onDone}
    >
      <TagFields value={drafts} onChange={setDrafts} />
    </FormModal>
  );
}
