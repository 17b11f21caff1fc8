import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import type { MappingStatus } from "../../aws/own";
import { RateChart } from "../../parts/rate-chart";
import { levels, names, rates, type Sample } from "../../parts/samples";

const seconds = (value: number) => `${value < 10 ? value.toFixed(1) : Math.round(value)} s`;

/** How much went through and how late it was, lately. */
export function Charts({ mapping, samples }: { mapping: MappingStatus; samples: readonly Sample[] }) {
  const tableArn = mapping.stream_arn.split("/stream/")[0] ?? "";
  return (
    <Container header={<Header variant="h2">Last five minutes</Header>}>
      <ColumnLayout columns={3} minColumnWidth={260}>
        <RateChart
          ariaLabel="Changes written and delivered each second"
          yTitle="Records per second"
          lines={[
            { title: "Changes", points: rates(samples, names.changes(tableArn)) },
            { title: "Delivered", points: rates(samples, names.delivered(mapping.uuid)) },
          ]}
        />
        <RateChart
          ariaLabel="Records that wait"
          yTitle="Pending records"
          lines={[{ title: "Pending", points: levels(samples, names.pending(mapping.uuid)) }]}
        />
        <RateChart
          ariaLabel="Age of the oldest record that waits"
          yTitle="Lag"
          format={seconds}
          lines={[{ title: "Lag", points: levels(samples, names.lag(mapping.uuid)) }]}
        />
      </ColumnLayout>
    </Container>
  );
}
