import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type FormEvent, useState } from "react";
import { useParams } from "react-router";
import { type StreamViewType, updateTable } from "../../aws/tables";
import { useGo } from "../../parts/go";
import { Page } from "../../parts/page";
import { useSubmit } from "../../parts/submit";
import { paths } from "../../paths";
import { ViewTypeTiles } from "./view-type-tiles";
import { viewName } from "./words";

export default function TurnOnStream() {
  const { name = "" } = useParams();
  const [view, setView] = useState<StreamViewType>("NEW_AND_OLD_IMAGES");
  const go = useGo();
  const submit = useSubmit(
    (given: StreamViewType) =>
      updateTable({
        TableName: name,
        StreamSpecification: { StreamEnabled: true, StreamViewType: given },
      }),
    { done: (_, given) => `The stream of ${name} is on: ${viewName(given).toLowerCase()}.` },
  );
  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (await submit.run(view)) {
      go(paths.table(name, "streams"));
    }
  };
  return (
    <Page
      title="Turn on DynamoDB stream"
      crumbs={[
        { text: "Tables", href: paths.tables() },
        { text: name, href: paths.table(name, "streams") },
      ]}
    >
      <form onSubmit={(event) => void send(event)}>
        <Form
          errorText={submit.formError()}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button variant="link" formAction="none" href={paths.table(name, "streams")}>
                Cancel
              </Button>
              <Button variant="primary" formAction="submit" loading={submit.busy}>
                Turn on stream
              </Button>
            </SpaceBetween>
          }
        >
          <Container
            header={
              <Header
                variant="h2"
                description={`Every change to an item of ${name} becomes a record of the stream, and stays there for 24 hours.`}
              >
                DynamoDB stream details
              </Header>
            }
          >
            <FormField
              stretch
              label="View type"
              description="Choose which information of a changed item is written to the stream. It cannot be changed while the stream is on."
            >
              <ViewTypeTiles value={view} onChange={setView} />
            </FormField>
          </Container>
        </Form>
      </form>
    </Page>
  );
}
