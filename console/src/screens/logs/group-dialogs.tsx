import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import { createLogGroup, deleteLogGroup, setRetention } from "../../aws/logs";
import { Confirm } from "../../parts/confirm";
import { going, isBack } from "../../parts/gone";
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
      error={taken === undefined ? submit.formError("logGroupName") : undefined}
      onClose={onClose}
      onSubmit={() => void submit.run(undefined)}
    >
      <FormField label="Log group name" errorText={submit.errorOf("logGroupName") ?? taken ?? ""}>
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
      error={submit.formError()}
      onClose={onClose}
      onSubmit={() => void submit.run(undefined)}
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
        await going(goneGroup(group), () => deleteLogGroup(group));
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
      onConfirm={() => void submit.run(undefined)}
      onDismiss={onClose}
    >
      All streams and events of{" "}
      {groups.length === 1 ? <b>{groups[0]}</b> : `these ${groups.length} log groups`} are removed for good. A
      function makes its group anew when it next writes.
    </Confirm>
  );
}

interface FormModalProps {
  title: string;
  action: string;
  busy: boolean;
  error: string | undefined;
  onClose: () => void;
  onSubmit: () => void;
  children: ReactNode;
}

function FormModal({ title, action, busy, error, onClose, onSubmit, children }: FormModalProps) {
  const buttons = (
    <SpaceBetween direction="horizontal" size="xs">
      <Button variant="link" formAction="none" onClick={onClose}>
        Cancel
      </Button>
      <Button variant="primary" loading={busy}>
        {action}
      </Button>
    </SpaceBetween>
  );
  return (
    <Modal visible header={title} onDismiss={onClose} closeAriaLabel="Close">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        <Form actions={buttons} errorText={error ?? ""}>
          <SpaceBetween size="m">{children}</SpaceBetween>
        </Form>
      </form>
    </Modal>
  );
}
