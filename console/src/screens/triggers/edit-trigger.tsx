import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useParams } from "react-router";
import { functionOf, tableOf } from "../../aws/arn";
import { type EventSourceMappingConfiguration, getMapping, updateMapping } from "../../aws/mappings";
import { useGo } from "../../parts/go";
import { Page } from "../../parts/page";
import { Loaded } from "../../parts/states";
import { useSubmit } from "../../parts/submit";
import { paths } from "../../paths";
import { alteration, type Draft, draftOf } from "./draft";
import { TriggerForm } from "./trigger-form";

/** Change how a trigger delivers. */
export default function EditTrigger() {
  const { uuid = "" } = useParams();
  // Read once: what is typed is not to be overwritten.
  const mapping = useQuery({
    queryKey: ["mapping", uuid, "to edit"],
    queryFn: () => getMapping(uuid),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
  return (
    <Page
      title="Edit trigger"
      crumbs={[
        { text: "Triggers", href: paths.triggers() },
        { text: mapping.data === undefined ? uuid : nameOf(mapping.data), href: paths.trigger(uuid) },
      ]}
      description={mapping.data && nameOf(mapping.data)}
    >
      <Loaded query={mapping}>{(found) => <EditForm mapping={found} uuid={uuid} />}</Loaded>
    </Page>
  );
}

const nameOf = ({ EventSourceArn, FunctionArn }: EventSourceMappingConfiguration) =>
  `${tableOf(EventSourceArn)} → ${functionOf(FunctionArn)}`;

function EditForm({ mapping, uuid }: { mapping: EventSourceMappingConfiguration; uuid: string }) {
  const go = useGo();
  const [initial] = useState(() => draftOf(mapping));
  const [enabled, setEnabled] = useState(initial.enabled);
  const submit = useSubmit(
    async (draft: Draft) => {
      await updateMapping(alteration(uuid, { ...draft, enabled }));
      go(paths.trigger(uuid));
    },
    { done: () => `Trigger ${nameOf(mapping)} changed` },
  );
  return (
    <TriggerForm
      initial={initial}
      submit={submit}
      action="Save changes"
      cancel={paths.trigger(uuid)}
      above={() => (
        <Container header={<Header variant="h2">State</Header>}>
          <Checkbox
            checked={enabled}
            description="A trigger that is disabled keeps its place in the stream."
            onChange={({ detail }) => setEnabled(detail.checked)}
          >
            Enabled
          </Checkbox>
        </Container>
      )}
    />
  );
}
