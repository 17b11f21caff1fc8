import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { ReactNode } from "react";
import { tableOf } from "../../aws/arn";
import type { EventSourceMappingConfiguration } from "../../aws/mappings";
import { paths } from "../../paths";
import { Described } from "./description";
import type { TabProps } from "./function";
import { useTriggersOf } from "./queries";
import { stateType } from "./triggers";

const SHOWN_MAX = 4;

/** What calls the function, the function, and where its lines go. */
export function Overview({ name, detail }: TabProps) {
  const mappings = useTriggersOf(name);
  const configuration = detail.Configuration ?? {};
  const group = configuration.LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`;
  const state =
    configuration.LastUpdateStatus === "InProgress" ? "Updating" : (configuration.State ?? "Active");
  return (
    <Container header={<Header variant="h2">Function overview</Header>}>
      <div style={{ display: "flex", alignItems: "stretch", flexWrap: "wrap", gap: 12 }}>
        <Node title="Triggers">
          <Triggers name={name} mappings={mappings.data} />
        </Node>
        <Arrow />
        <Node title="Function">
          <Box fontWeight="bold">{name}</Box>
          <StatusIndicator type={state === "Active" ? "success" : "in-progress"}>{state}</StatusIndicator>
          <Box color="text-body-secondary" fontSize="body-s">
            {configuration.Runtime}
          </Box>
        </Node>
        <Arrow />
        <Node title="Log group">
          <Link href={paths.logGroup(group)}>{group}</Link>
          <Link href={paths.liveTail(group)} fontSize="body-s">
            Live tail
          </Link>
        </Node>
      </div>
      <Described description={configuration.Description} reason={configuration.StateReason} />
    </Container>
  );
}

function Triggers({
  name,
  mappings,
}: {
  name: string;
  mappings: EventSourceMappingConfiguration[] | undefined;
}) {
  if (mappings === undefined) {
    return <StatusIndicator type="loading">Loading</StatusIndicator>;
  }
  return (
    <>
      {mappings.length === 0 ? (
        <Box color="text-status-inactive">None: it runs when it is called.</Box>
      ) : null}
      {mappings.slice(0, SHOWN_MAX).map((mapping) => (
        <div key={mapping.UUID}>
          <Link href={paths.trigger(mapping.UUID ?? "")}>{tableOf(mapping.EventSourceArn)}</Link>{" "}
          <StatusIndicator type={stateType(mapping)}>{mapping.State}</StatusIndicator>
        </div>
      ))}
      {mappings.length > SHOWN_MAX ? (
        <Link href={paths.function(name, "triggers")}>{mappings.length - SHOWN_MAX} more</Link>
      ) : null}
      <Button variant="inline-link" iconName="add-plus" href={paths.createTrigger(undefined, name)}>
        Add trigger
      </Button>
    </>
  );
}

function Node({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div
      style={{
        flex: "1 1 220px",
        minWidth: 0,
        border: "1px solid #8c8c94",
        borderRadius: 8,
        padding: "10px 14px",
        overflowWrap: "anywhere",
      }}
    >
      <Box variant="awsui-key-label">{title}</Box>
      <SpaceBetween size="xxs">{children}</SpaceBetween>
    </div>
  );
}

function Arrow() {
  return (
    <svg
      width="36"
      height="16"
      viewBox="0 0 36 16"
      aria-hidden="true"
      style={{ flex: "none", alignSelf: "center" }}
    >
      <path d="M0 8h32M26 2l7 6-7 6" fill="none" stroke="#8c8c94" strokeWidth="2" />
    </svg>
  );
}
