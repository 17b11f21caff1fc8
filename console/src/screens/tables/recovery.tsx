import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { setRecovery } from "../../aws/backups";
import { Confirm } from "../../parts/confirm";
import { FormModal } from "../../parts/form-modal";
import { dateTime } from "../../parts/format";
import { Loaded } from "../../parts/states";
import { useSubmit } from "../../parts/submit";
import { useRecovery } from "./queries";
import { RestoreMoment } from "./restore";
import { Status } from "./status";

const USUAL_DAYS = "35";

/** Point-in-time recovery: on or off, how far it goes back, and going back. */
export function Recovery({ name }: { name: string }) {
  const recovery = useRecovery(name);
  const [open, setOpen] = useState<"turn" | "restore">();
  const on = recovery.data?.PointInTimeRecoveryStatus === "ENABLED";
  const close = () => setOpen(undefined);
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="Keeps what changes, so that the table can be restored as it was at any second of the past days."
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button disabled={recovery.data === undefined} onClick={() => setOpen("turn")}>
                {on ? "Turn off" : "Turn on"}
              </Button>
              {on ? <Button onClick={() => setOpen("restore")}>Restore to a moment</Button> : null}
            </SpaceBetween>
          }
        >
          Point-in-time recovery (PITR)
        </Header>
      }
    >
      <Loaded query={recovery}>
        {(told) => (
          <KeyValuePairs
            columns={4}
            items={[
              { label: "PITR status", value: <Status state={told.PointInTimeRecoveryStatus} /> },
              { label: "Recovery period", value: days(told.RecoveryPeriodInDays) },
              { label: "Earliest restore time", value: moment(told.EarliestRestorableDateTime) },
              { label: "Latest restore time", value: moment(told.LatestRestorableDateTime) },
            ]}
          />
        )}
      </Loaded>
      {open === "turn" && !on ? <TurnOn name={name} onDone={close} /> : null}
      {open === "turn" && on ? <TurnOff name={name} onDone={close} /> : null}
      {open === "restore" && recovery.data !== undefined ? (
        <RestoreMoment table={name} recovery={recovery.data} onDismiss={close} />
      ) : null}
    </Container>
  );
}

const days = (count: number | undefined) =>
  count === undefined ? "-" : `${count} ${count === 1 ? "day" : "days"}`;

const moment = (time: Date | undefined) => (time === undefined ? "-" : dateTime(time));

function TurnOn({ name, onDone }: { name: string; onDone: () => void }) {
  const [period, setPeriod] = useState(USUAL_DAYS);
  const submit = useSubmit((given: string) => setRecovery(name, Number(given)), {
    done: () => `Point-in-time recovery of ${name} is on.`,
  });
  const save = async () => {
    if (await submit.run(period)) {
      onDone();
    }
  };
  return (
    <FormModal
      title="Turn on point-in-time recovery (PITR)"
      action="Turn on PITR"
      busy={submit.busy}
      failure={submit.failure}
      onSubmit={() => void save()}
      onDismiss={onDone}
    >
      <FormField
        label="Recovery period"
        description="How many days one can go back. What changed before that is forgotten."
        constraintText="Between 1 and 35 days."
        errorText={submit.failure?.message}
      >
        <Input
          value={period}
          autoFocus
          type="number"
          inputMode="numeric"
          onChange={({ detail }) => setPeriod(detail.value)}
        />
      </FormField>
    </FormModal>
  );
}

function TurnOff({ name, onDone }: { name: string; onDone: () => void }) {
  const submit = useSubmit(() => setRecovery(name, undefined), {
    done: () => `Point-in-time recovery of ${name} is off.`,
  });
  const confirm = async () => {
    if (await submit.run()) {
      onDone();
    }
  };
  return (
    <Confirm
      title="Turn off point-in-time recovery (PITR)"
      action="Turn off PITR"
      busy={submit.busy}
      failure={submit.failure}
      onConfirm={() => void confirm()}
      onDismiss={onDone}
    >
      What was kept of {name} is forgotten: it cannot be restored to an earlier moment any more. Its items and
      its backups stay.
    </Confirm>
  );
}
