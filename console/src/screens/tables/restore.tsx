import DateInput from "@cloudscape-design/components/date-input";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import TimeInput from "@cloudscape-design/components/time-input";
import { useState } from "react";
import {
  type BackupSummary,
  type PointInTimeRecoveryDescription,
  restoreBackup,
  restoreMoment,
} from "../../aws/backups";
import { FormModal } from "../../parts/form-modal";
import { dateTime } from "../../parts/format";
import { useGo } from "../../parts/go";
import { isBack } from "../../parts/gone";
import { goneTable } from "../../parts/queries";
import { type Submit, useSubmit } from "../../parts/submit";
import { paths } from "../../paths";

/** Restores a backup into a new table, and goes there. */
export function RestoreBackup({ backup, onDismiss }: { backup: BackupSummary; onDismiss: () => void }) {
  const { BackupArn = "", BackupName = "", BackupCreationDateTime: time } = backup;
  const [target, setTarget] = useState("");
  const submit = useRestore((name) => restoreBackup(BackupArn, name));
  return (
    <FormModal
      title={`Restore ${BackupName}`}
      action="Restore"
      busy={submit.busy}
      failure={submit.failure}
      onSubmit={() => void submit.run(target)}
      onDismiss={onDismiss}
    >
      <div>
        A new table gets all items and indexes as they were{" "}
        {time === undefined ? "when the backup was made" : `on ${dateTime(time)}`}. Its stream and Time to
        Live are off.
      </div>
      <TargetField value={target} onChange={setTarget} error={submit.failure?.message} />
    </FormModal>
  );
}

interface RestoreMomentProps {
  table: string;
  recovery: PointInTimeRecoveryDescription;
  onDismiss: () => void;
}

/** Restores the table as it was at a moment into a new table, and goes there. */
export function RestoreMoment({ table, recovery, onDismiss }: RestoreMomentProps) {
  const { EarliestRestorableDateTime: first, LatestRestorableDateTime: last = new Date() } = recovery;
  const [target, setTarget] = useState("");
  const [when, setWhen] = useState("latest");
  const [day, setDay] = useState(() => localDay(last));
  const [time, setTime] = useState(() => localTime(last));
  const submit = useRestore((name) =>
    restoreMoment(table, name, when === "latest" ? undefined : new Date(`${day}T${time}`)),
  );
  const aboutTime = /RestoreDateTime/.test(submit.failure?.message ?? "");
  return (
    <FormModal
      title={`Restore ${table} to a moment`}
      action="Restore"
      busy={submit.busy}
      disabled={when === "moment" && Number.isNaN(new Date(`${day}T${time}`).getTime())}
      failure={submit.failure}
      onSubmit={() => void submit.run(target)}
      onDismiss={onDismiss}
    >
      <div>A new table gets all items as they were then. Its stream and Time to Live are off.</div>
      <FormField label="Moment" stretch>
        <RadioGroup
          value={when}
          onChange={({ detail }) => setWhen(detail.value)}
          items={[
            { value: "latest", label: "As it is now" },
            { value: "moment", label: "As it was at a date and time" },
          ]}
        />
      </FormField>
      {when === "moment" ? (
        <FormField
          label="Date and time"
          description={first && `From ${dateTime(first)} to ${dateTime(last)}.`}
          errorText={aboutTime ? submit.failure?.message : undefined}
        >
          <SpaceBetween direction="horizontal" size="xs">
            <DateInput
              value={day}
              ariaLabel="Date"
              placeholder="YYYY/MM/DD"
              onChange={({ detail }) => setDay(detail.value)}
            />
            <TimeInput
              value={time}
              ariaLabel="Time"
              placeholder="hh:mm:ss"
              onChange={({ detail }) => setTime(detail.value)}
            />
          </SpaceBetween>
        </FormField>
      ) : null}
      <TargetField
        value={target}
        onChange={setTarget}
        error={aboutTime ? undefined : submit.failure?.message}
      />
    </FormModal>
  );
}

function useRestore(call: (name: string) => Promise<unknown>): Submit<string, unknown> {
  const go = useGo();
  return useSubmit(
    async (name: string) => {
      await call(name);
      isBack(goneTable(name));
      go(paths.table(name));
    },
    { done: (_, name) => `${name} is being restored.` },
  );
}

interface TargetFieldProps {
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
}

const TargetField = ({ value, error, onChange }: TargetFieldProps) => (
  <FormField
    label="Name of the new table"
    constraintText="Between 3 and 255 characters: A-Z, a-z, 0-9, underscore, hyphen and period."
    errorText={error}
  >
    <Input
      value={value}
      autoFocus
      placeholder="Enter a name for the table"
      onChange={({ detail }) => onChange(detail.value)}
    />
  </FormField>
);

const two = (number: number) => String(number).padStart(2, "0");
const localDay = (time: Date) => `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
const localTime = (time: Date) =>
  `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
