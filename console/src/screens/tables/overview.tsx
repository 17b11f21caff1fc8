import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs, { type KeyValuePairsProps } from "@cloudscape-design/components/key-value-pairs";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import type { TableDescription } from "../../aws/tables";
import { CodeEditor } from "../../parts/code-editor";
import { Copyable } from "../../parts/copyable";
import { bytes, count, dateTime } from "../../parts/format";
import { isOpen } from "../../parts/queries";
import { paths } from "../../paths";
import { ProtectionToggle } from "./protection";
import { useTimeToLive } from "./queries";
import { ttlAttribute } from "./row";
import { Status } from "./status";
import { Tags } from "./tags";
import { capacityName, indexCount, keyName, streamView, tableClassName, viewName } from "./words";

export function Overview({ table }: { table: TableDescription }) {
  return (
    <SpaceBetween size="l">
      <General table={table} />
      {isOpen(table) ? <Tags name={table.TableName ?? ""} arn={table.TableArn ?? ""} /> : null}
      <Raw table={table} />
    </SpaceBetween>
  );
}

function General({ table }: { table: TableDescription }) {
  const { TableName = "", TableArn = "", LatestStreamArn } = table;
  const ttl = useTimeToLive(TableName, isOpen(table));
  const attribute = ttlAttribute(ttl.data);
  const view = streamView(table);
  const items: KeyValuePairsProps.Item[] = [
    { label: "Partition key", value: keyName(table.KeySchema, "HASH", table) },
    { label: "Sort key", value: keyName(table.KeySchema, "RANGE", table) ?? "-" },
    { label: "Capacity mode", value: capacityName(table) },
    { label: "Table status", value: <Status state={table.TableStatus} /> },
    { label: "Item count", value: <Link href={paths.items(TableName)}>{count(table.ItemCount ?? 0)}</Link> },
    { label: "Table size", value: bytes(table.TableSizeBytes ?? 0) },
    { label: "Average item size", value: averageSize(table) },
    {
      label: "Indexes",
      value: <Link href={paths.table(TableName, "indexes")}>{`${indexCount(table)} in total`}</Link>,
    },
    {
      label: "DynamoDB stream",
      value: (
        <Link href={paths.table(TableName, "streams")}>{view === undefined ? "Off" : viewName(view)}</Link>
      ),
    },
    {
      label: "Time to Live (TTL)",
      value: (
        <Link href={paths.table(TableName, "settings")}>
          {attribute === undefined ? "Off" : `On: ${attribute}`}
        </Link>
      ),
    },
    { label: "Deletion protection", value: <ProtectionToggle table={table} /> },
    { label: "Table class", value: tableClassName(table) },
    {
      label: "Created",
      value: table.CreationDateTime === undefined ? "-" : dateTime(table.CreationDateTime),
    },
  ];
  return (
    <Container header={<Header variant="h2">General information</Header>}>
      <SpaceBetween size="l">
        <KeyValuePairs columns={4} items={items} />
        <KeyValuePairs
          columns={1}
          items={[
            {
              label: "Amazon Resource Name (ARN)",
              value: <Copyable text={TableArn} what="the table's ARN" />,
            },
            ...(LatestStreamArn === undefined
              ? []
              : [
                  {
                    label: "Latest stream ARN",
                    value: <Copyable text={LatestStreamArn} what="the latest stream's ARN" />,
                  },
                ]),
          ]}
        />
      </SpaceBetween>
    </Container>
  );
}

function averageSize({ ItemCount = 0, TableSizeBytes = 0 }: TableDescription): string {
  return ItemCount === 0 ? "-" : bytes(Math.round(TableSizeBytes / ItemCount));
}

function Raw({ table }: { table: TableDescription }) {
  const [open, setOpen] = useState(false);
  return (
    <ExpandableSection
      variant="container"
      headerText="DescribeTable as JSON"
      expanded={open}
      onChange={({ detail }) => setOpen(detail.expanded)}
    >
      {open ? (
        <CodeEditor
          language="json"
          ariaLabel="DescribeTable's answer"
          value={JSON.stringify({ Table: table }, null, 2)}
          maxHeight="480px"
        />
      ) : null}
    </ExpandableSection>
  );
}
