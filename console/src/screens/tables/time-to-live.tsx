import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import { useState } from "react";
import { setTimeToLive } from "../../aws/tables";
import { Confirm } from "../../parts/confirm";
import { FormModal } from "../../parts/form-modal";
import { Loaded } from "../../parts/states";
import { useSubmit } from "../../parts/submit";
import { useTimeToLive } from "./queries";
import { ttlAttribute } from "./row";
import { Status } from "./status";

export function TimeToLive({ name }: { name: string }) {
  const ttl = useTimeToLive(name);
  const [open, setOpen] = useState(false);
  const attribute = ttlAttribute(ttl.data);
  const close = () => setOpen(false);
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="Deletes items after the time that one of their attributes holds, in seconds since the epoch. Their stream records say that it was TTL."
          actions={
            <Button disabled={ttl.data === undefined} onClick={() => setOpen(true)}>
              {attribute === undefined ? "Turn on" : "Turn off"}
            </Button>
          }
        >
          Time to Live (TTL)
        </Header>
      }
    >
      <Loaded query={ttl}>
        {(known) => (
          <KeyValuePairs
            columns={3}
            items={[
              { label: "TTL status", value: <Status state={known.TimeToLiveStatus ?? "DISABLED"} /> },
              { label: "TTL attribute", value: attribute ?? "-" },
            ]}
          />
        )}
      </Loaded>
      {open && attribute === undefined ? <TurnOn name={name} onDone={close} /> : null}
      {open && attribute !== undefined ? <TurnOff name={name} attribute={attribute} onDone={close} /> : null}
    </Container>
  );
}

const useChange = (name: string, enabled: boolean) =>
  useSubmit((attribute: string) => setTimeToLive(name, attribute, enabled), {
    done: () => `Time to Live of ${name} is ${enabled ? "on" : "off"}.`,
  });

function TurnOn({ name, onDone }: { name: string; onDone: () => void }) {
  const [attribute, setAttribute] = useState("");
  const submit = useChange(name, true);
  const save = async () => {
    if (await submit.run(attribute)) {
      onDone();
    }
  };
  return (
    <FormModal
      title="Turn on Time to Live (TTL)"
      action="Turn on TTL"
      busy={submit.busy}
      failure={submit.failure}
      onSubmit={() => void save()}
      onDismiss={onDone}
    >
      <FormField
        label="TTL attribute name"
        description="A number: the second since the epoch after which the item is deleted. Items without it stay."
        constraintText="Between 1 and 255 characters."
        errorText={submit.failure?.message}
      >
        <Input
          value={attribute}
          autoFocus
          placeholder="expires"
          onChange={({ detail }) => setAttribute(detail.value)}
        />
      </FormField>
    </FormModal>
  );
}

function TurnOff({ name, attribute, onDone }: { name: string; attribute: string; onDone: () => void }) {
  const submit = useChange(name, false);
  const confirm = async () => {
    if (await submit.run(attribute)) {
      onDone();
    }
  };
  return (
    <Confirm
      title="Turn off Time to Live (TTL)"
      action="Turn off TTL"
      busy={submit.busy}
      failure={submit.failure}
      onConfirm={() => void confirm()}
      onDismiss={onDone}
    >
      Items of {name} will not be deleted any more when the time in {attribute} has come.
    </Confirm>
  );
}
