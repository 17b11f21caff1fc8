/** AWS's words for what its API abbreviates. */

import type { KeySchemaElement, TableDescription } from "../../aws/tables";

const TYPES: Record<string, string> = { S: "String", N: "Number", B: "Binary" };
const VIEWS: Record<string, string> = {
  KEYS_ONLY: "Key attributes only",
  NEW_IMAGE: "New image",
  OLD_IMAGE: "Old image",
  NEW_AND_OLD_IMAGES: "New and old images",
};
const PROJECTIONS: Record<string, string> = { ALL: "All", KEYS_ONLY: "Only keys", INCLUDE: "Include" };

export const typeName = (type: string | undefined) => TYPES[type ?? ""] ?? type ?? "";
export const viewName = (view: string | undefined) => VIEWS[view ?? ""] ?? view ?? "";
export const projectionName = (type: string | undefined) => PROJECTIONS[type ?? ""] ?? type ?? "";

/** `ACTIVE` as people write it: "Active". */
export const sentence = (constant: string | undefined) =>
  constant === undefined
    ? ""
    : `${constant.charAt(0)}${constant.slice(1).toLowerCase().replaceAll("_", " ")}`;

export const tableClassName = (table: TableDescription) =>
  table.TableClassSummary?.TableClass === "STANDARD_INFREQUENT_ACCESS"
    ? "DynamoDB Standard-IA"
    : "DynamoDB Standard";

/** DescribeTable leaves the mode out for tables that were never on demand. */
export const isOnDemand = (table: TableDescription) =>
  table.BillingModeSummary?.BillingMode === "PAY_PER_REQUEST";

export const capacityName = (table: TableDescription) => (isOnDemand(table) ? "On-demand" : "Provisioned");

/** "pk (String)" for each attribute of a key. */
export function keyNames(
  schema: KeySchemaElement[] | undefined,
  kind: "HASH" | "RANGE",
  table: TableDescription,
  typed: (type: string | undefined) => string = typeName,
): string[] {
  const names = (schema ?? []).filter(({ KeyType }) => KeyType === kind);
  return names.map(({ AttributeName: name }) => {
    const definition = table.AttributeDefinitions?.find(({ AttributeName }) => AttributeName === name);
    return `${name} (${typed(definition?.AttributeType)})`;
  });
}

/** The same in one line; nothing when the schema has no such key. */
export function keyName(...asked: Parameters<typeof keyNames>): string | undefined {
  const names = keyNames(...asked);
  return names.length === 0 ? undefined : names.join(", ");
}

/** The view type of the stream that is on, if one is. */
export const streamView = (table: TableDescription): string | undefined =>
  table.StreamSpecification?.StreamEnabled ? table.StreamSpecification.StreamViewType : undefined;

export const indexCount = (table: TableDescription) =>
  (table.GlobalSecondaryIndexes?.length ?? 0) + (table.LocalSecondaryIndexes?.length ?? 0);
