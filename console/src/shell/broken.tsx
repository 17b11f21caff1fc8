import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import { useRouteError } from "react-router";
import { failure } from "../aws/failure";
import { Page } from "../parts/page";
import { Empty } from "../parts/states";
import { paths } from "../paths";

/** What is shown in place of a screen that failed. */
export function Broken() {
  const told = failure(useRouteError());
  return (
    <Alert
      type="error"
      header="This screen broke"
      action={<Button onClick={() => window.location.reload()}>Load it again</Button>}
    >
      {told.code}: {told.message}
    </Alert>
  );
}

export function NotFound() {
  return (
    <Page title="Nothing here">
      <Empty title="There is no such screen" action={<Button href={paths.home()}>Go home</Button>}>
        The address may be of an older version, or mistyped.
      </Empty>
    </Page>
  );
}
