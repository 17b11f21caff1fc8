/** What is typed into the forms of tables and indexes, and the requests made of it. */

import type { CreateTableCommandInput, StreamViewType, UpdateTableCommandInput } from "../../aws/tables";

export type KeyType = "S" | "N" | "B";
export type Billing = "PAY_PER_REQUEST" | "PROVISIONED";
export type TableClass = "STANDARD" | "STANDARD_INFREQUENT_ACCESS";
export type Projection = "ALL" | "KEYS_ONLY" | "INCLUDE";

export interface KeyDraft {
  name: string;
  type: KeyType;
}

export interface Units {
  read: string;
  write: string;
}

export interface IndexDraft {
  /** Tells the drafts of one form apart; never sent. */
  id: number;
  kind: "global" | "local";
  name: string;
  /** Of a global index only: a local one has its table's. */
  partitionKey: KeyDraft;
  sortKey: KeyDraft;
  projection: Projection;
  /** Names with commas between. */
  attributes: string;
  units: Units;
}

export interface TableDraft {
  name: string;
  partitionKey: KeyDraft;
  sortKey: KeyDraft;
  customised: boolean;
  tableClass: TableClass;
  billing: Billing;
  units: Units;
  indexes: IndexDraft[];
  deletionProtection: boolean;
  /** The view type of the stream to turn on; none is turned on without. */
  view: StreamViewType | undefined;
  ttlAttribute: string;
  tags: { key: string; value: string }[];
}

const noKey = (): KeyDraft => ({ name: "", type: "S" });
const someUnits = (): Units => ({ read: "5", write: "5" });

export const newTable = (): TableDraft => ({
  name: "",
  partitionKey: noKey(),
  sortKey: noKey(),
  customised: false,
  tableClass: "STANDARD",
  billing: "PAY_PER_REQUEST",
  units: someUnits(),
  indexes: [],
  deletionProtection: false,
  view: undefined,
  ttlAttribute: "",
  tags: [],
});

export const newIndex = (kind: IndexDraft["kind"], id: number): IndexDraft => ({
  id,
  kind,
  name: "",
  partitionKey: noKey(),
  sortKey: noKey(),
  projection: "ALL",
  attributes: "",
  units: someUnits(),
});

export const globalIndexes = (draft: TableDraft) => draft.indexes.filter(({ kind }) => kind === "global");
export const localIndexes = (draft: TableDraft) => draft.indexes.filter(({ kind }) => kind === "local");

export function throughput(units: Units) {
  return { ReadCapacityUnits: Number(units.read), WriteCapacityUnits: Number(units.write) };
}

/** CreateTable's request. What is not customised is left to the defaults that the form shows. */
export function creation(draft: TableDraft): CreateTableCommandInput {
  const tags = draft.tags.map(({ key, value }) => ({ Key: key, Value: value }));
  const plain: CreateTableCommandInput = {
    TableName: draft.name,
    KeySchema: keySchema(draft.partitionKey, draft.sortKey),
    AttributeDefinitions: definitions([draft.partitionKey, draft.sortKey]),
    BillingMode: "PAY_PER_REQUEST",
    Tags: tags.length > 0 ? tags : undefined,
  };
  return draft.customised ? { ...plain, ...customised(draft) } : plain;
}

function customised(draft: TableDraft): Partial<CreateTableCommandInput> {
  const global = globalIndexes(draft);
  const local = localIndexes(draft);
  const indexKeys = draft.indexes.flatMap(({ kind, partitionKey, sortKey }) =>
    kind === "global" ? [partitionKey, sortKey] : [sortKey],
  );
  return {
    AttributeDefinitions: definitions([draft.partitionKey, draft.sortKey, ...indexKeys]),
    BillingMode: draft.billing,
    TableClass: draft.tableClass,
    DeletionProtectionEnabled: draft.deletionProtection,
    ProvisionedThroughput: draft.billing === "PROVISIONED" ? throughput(draft.units) : undefined,
    GlobalSecondaryIndexes:
      global.length > 0 ? global.map((index) => globalIndex(index, draft.billing)) : undefined,
    LocalSecondaryIndexes:
      local.length > 0 ? local.map((index) => localIndex(index, draft.partitionKey)) : undefined,
    StreamSpecification: draft.view && { StreamEnabled: true, StreamViewType: draft.view },
  };
}

/** UpdateTable's request that adds a global index. */
export function addition(table: string, draft: IndexDraft, billing: Billing): UpdateTableCommandInput {
  return {
    TableName: table,
    AttributeDefinitions: definitions([draft.partitionKey, draft.sortKey]),
    GlobalSecondaryIndexUpdates: [{ Create: globalIndex(draft, billing) }],
  };
}

function globalIndex(draft: IndexDraft, billing: Billing) {
  return {
    IndexName: draft.name,
    KeySchema: keySchema(draft.partitionKey, draft.sortKey),
    Projection: projection(draft),
    ProvisionedThroughput: billing === "PROVISIONED" ? throughput(draft.units) : undefined,
  };
}

function localIndex(draft: IndexDraft, partitionKey: KeyDraft) {
  const range = { AttributeName: draft.sortKey.name, KeyType: "RANGE" as const };
  return {
    IndexName: draft.name,
    KeySchema: [{ AttributeName: partitionKey.name, KeyType: "HASH" as const }, range],
    Projection: projection(draft),
  };
}

function projection({ projection: type, attributes }: IndexDraft) {
  const names = attributes.split(",").map((name) => name.trim());
  return type === "INCLUDE"
    ? { ProjectionType: type, NonKeyAttributes: names.filter((name) => name !== "") }
    : { ProjectionType: type };
}

function keySchema(partitionKey: KeyDraft, sortKey: KeyDraft) {
  const hash = { AttributeName: partitionKey.name, KeyType: "HASH" as const };
  return sortKey.name === "" ? [hash] : [hash, { AttributeName: sortKey.name, KeyType: "RANGE" as const }];
}

/** Every attribute once. One that is given two types stays twice: the server says what is wrong with that. */
function definitions(keys: KeyDraft[]) {
  const [first, ...others] = keys;
  const given = [...(first === undefined ? [] : [first]), ...others.filter(({ name }) => name !== "")];
  const distinct = new Map(given.map((key) => [JSON.stringify([key.name, key.type]), key]));
  return [...distinct.values()].map(({ name, type }) => ({ AttributeName: name, AttributeType: type }));
}
