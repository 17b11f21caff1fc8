import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import Grid from "@cloudscape-design/components/grid";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { Status } from "../../aws/own";
import { count, duration } from "../../parts/format";
import { Page } from "../../parts/page";
import { useTableNames } from "../../parts/queries";
import { RateChart } from "../../parts/rate-chart";
import { levels, names, rates, type Sample } from "../../parts/samples";
import { FailureAlert, Loading } from "../../parts/states";
import { useSamples } from "../../parts/use-samples";
import { paths } from "../../paths";
import { ConnectCard } from "./connect-card";
import { FirstSteps } from "./first-steps";
import { flow } from "./flow";
import { FlowMap } from "./flow-map";
import { Troubles } from "./troubles";

/** Where everything stands, and how to reach it. */
export default function Home() {
  const { status, samples, error } = useSamples();
  return (
    <Page
      title="Home"
      description={status && `millrace ${status.version}, up ${duration(status.uptime_seconds)}`}
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          <Button href={paths.createFunction()}>Create function</Button>
          <Button href={paths.createTable()} variant="primary">
            Create table
          </Button>
        </SpaceBetween>
      }
    >
      <SpaceBetween size="l">
        {error === null ? null : <FailureAlert error={error} />}
        {status === undefined ? error === null && <Loading /> : <Loop status={status} samples={samples} />}
      </SpaceBetween>
    </Page>
  );
}

function Loop({ status, samples }: { status: Status; samples: readonly Sample[] }) {
  const tables = useTableNames();
  const empty = tables.data?.length === 0 && status.functions.length === 0;
  const drawn = flow(tables.data ?? [], status, samples);
  return (
    <SpaceBetween size="l">
      <Troubles mappings={status.mappings} />
      <Container
        header={
          <Header
            variant="h2"
            description="Tables, the triggers on their streams, and the functions these run, as it happens."
          >
            The loop
          </Header>
        }
      >
        {empty ? <FirstSteps /> : <FlowMap flow={drawn} />}
        <More {...drawn.more} />
      </Container>
      <Grid gridDefinition={[{ colspan: { default: 12, m: 8 } }, { colspan: { default: 12, m: 4 } }]}>
        <Container header={<Header variant="h2">Last five minutes</Header>}>
          <ColumnLayout columns={2} minColumnWidth={260}>
            <RateChart
              ariaLabel="Changes written and delivered each second"
              yTitle="Records a second"
              lines={[
                { title: "Changes", points: rates(samples, names.allChanges) },
                { title: "Delivered", points: rates(samples, names.allDelivered) },
              ]}
            />
            <RateChart
              ariaLabel="Changes that wait for a trigger"
              yTitle="Records waiting"
              lines={[{ title: "Waiting", points: levels(samples, names.allPending) }]}
            />
          </ColumnLayout>
        </Container>
        <ConnectCard />
      </Grid>
    </SpaceBetween>
  );
}

/** Below the picture, each under its own side. */
function More({ tables, functions }: { tables: number; functions: number }) {
  if (tables + functions === 0) {
    return null;
  }
  const words = (number: number, what: string) => `${count(number)} more ${what}${number === 1 ? "" : "s"}`;
  return (
    <div style={{ display: "flex", justifyContent: "space-between" }}>
      <span>{tables > 0 ? <Link href={paths.tables()}>{words(tables, "table")}</Link> : null}</span>
      <span>
        {functions > 0 ? <Link href={paths.functions()}>{words(functions, "function")}</Link> : null}
      </span>
    </div>
  );
}
