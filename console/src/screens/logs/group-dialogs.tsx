import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { createLogGroup, deleteLogGroup, setRetention } from "../../aws/logs";
import { Confirm } from "../../parts/confirm";
import { FormModal } from "../../parts/form-modal";
import { isBack, whileDeleting } from "../../parts/gone";
import { useSubmit } from "../../parts/submit";
import { goneGroup, retentionText } from "./places";
import { RetentionSelect } from "./retention";

/** Each closes itself once it is done. */
export function CreateGroup({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState("");
  const [days, setDays] = useState<number>();
  const submit = useSubmit(
    async () => {
      await createLogGroup(name, days);
      isBack(goneGroup(name));
      onClose();
    },
    {
      done: () => `Log group ${name} was created.`,
    },
  );
  const taken = /AlreadyExists/.test(submit.failure?.code ?? "") ? submit.failure?.message : undefined;
  return (
    <FormModal
      title="Create log group"
      action="Create"
      busy={submit.busy}
      failure={submit.failure}
      error={taken === undefined ? submit.formError("logGroupName") : undefined}
      onDismiss={onClose}
      onSubmit={() => void submit.run()}
    >
      <FormField label="Log group name" errorText={submit.errorOf("logGroupName") ?? taken}>
        <Input value={name} autoFocus onChange={({ detail }) => setName(detail.value)} />
      </FormField>
      <FormField label="Retention" description="How long events are kept.">
        <RetentionSelect days={days} onChange={setDays} />
      </FormField>
    </FormModal>
  );
}

interface EditRetentionProps {
  groups: readonly string[];
  now: number | undefined;
  onClose: () => void;
}

export function EditRetention({ groups, now, onClose }: EditRetentionProps) {
  const [days, setDays] = useState(now);
  const submit = useSubmit(
    async () => {
      for (const group of groups) {
        await setRetention(group, days);
      }
      onClose();
    },
    { done: () => `Retention was set: ${retentionText(days)}.` },
  );
  return (
    <FormModal
      title="Edit retention"
      action="Save"
      busy={submit.busy}
      failure={submit.failure}
      error={submit.formError()}
      onDismiss={onClose}
      onSubmit={() => void submit.run()}
    >
      <Box>{groups.length === 1 ? groups[0] : `${groups.length} log groups`}</Box>
      <FormField label="Retention" description="Older events are removed, also those that are there now.">
        <RetentionSelect days={days} onChange={setDays} />
      </FormField>
    </FormModal>
  );
}

interface DeleteGroupsProps {
  groups: readonly string[];
  onClose: () => void;
  onDone?: () => void;
}

export function DeleteGroups({ groups, onClose, onDone = onClose }: DeleteGroupsProps) {
  const submit = useSubmit(
    async () => {
      for (const group of groups) {
        await whileDeleting(goneGroup(group), () => deleteLogGroup(group));
      }
      onDone();
    },
    {
      done: () =>
        groups.length === 1 ? `${groups[0]} was deleted.` : `${groups.length} log groups were deleted.`,
    },
  );
  return (
    <Confirm
      title={groups.length === 1 ? "Delete log group" : "Delete log groups"}
      action="Delete"
      busy={submit.busy}
      failure={submit.failure}
      onConfirm={() => void submit.run()}
      onDismiss={onClose}
    >
      All streams and events of{" "}
      {groups.length === 1 ? <b>{groups[0]}</b> : `these ${groups.length} log groups`} are removed for good. A
      function makes its group anew when it next writes.
    </Confirm>
  );
}
