/** The address of every screen: what links and deep links are made of. Hashes work behind any prefix. */

const part = encodeURIComponent;

function query(values: Record<string, string | undefined>): string {
  const given = Object.entries(values).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return given.length === 0 ? "" : `?${new URLSearchParams(given)}`;
}

export type TableTab = "overview" | "indexes" | "monitor" | "streams" | "backups" | "settings";
export type FunctionTab = "code" | "test" | "monitor" | "configuration" | "triggers" | "aliases" | "versions";

export type LogGroupTab = "streams" | "search" | "settings";
export type RoleTab = "permissions" | "trust" | "denied" | "functions";

export const paths = {
  home: () => "#/",
  tables: () => "#/tables",
  createTable: () => "#/create-table",
  table: (name: string, tab: TableTab = "overview") => `#/tables/${part(name)}/${tab}`,
  items: (name: string, index?: string) => `#/tables/${part(name)}/items${query({ index })}`,
  partiql: (name: string) => `#/tables/${part(name)}/items${query({ view: "partiql" })}`,
  createItem: (name: string) => `#/tables/${part(name)}/items/create`,
  /** `key` is the item's key as DynamoDB JSON text. */
  editItem: (name: string, key: string) => `#/tables/${part(name)}/items/edit${query({ key })}`,
  duplicateItem: (name: string, key: string) => `#/tables/${part(name)}/items/create${query({ from: key })}`,
  turnOnStream: (name: string) => `#/tables/${part(name)}/turn-on-stream`,
  stream: (name: string) => `#/tables/${part(name)}/stream`,
  triggers: () => "#/triggers",
  trigger: (uuid: string) => `#/triggers/${part(uuid)}`,
  editTrigger: (uuid: string) => `#/triggers/${part(uuid)}/edit`,
  createTrigger: (table?: string, functionName?: string) =>
    `#/create-trigger${query({ table, function: functionName })}`,
  functions: () => "#/functions",
  /** `table`: connect the new function to that table's stream. */
  createFunction: (table?: string) => `#/create-function${query({ table })}`,
  /** `name` may have a qualifier: the screen is that of the function. */
  function: (name: string, tab: FunctionTab = "code") =>
    `#/functions/${part(name.split(":")[0] ?? "")}/${tab}`,
  functionSetting: (name: string, section: string) =>
    `${paths.function(name, "configuration")}${query({ section })}`,
  logs: () => "#/logs",
  logGroup: (group: string, tab?: LogGroupTab) => `#/logs/${part(group)}${query({ tab })}`,
  /** `request`: show the lines of that invocation only. */
  logStream: (group: string, stream: string, request?: string) =>
    `#/logs/${part(group)}/${part(stream)}${query({ request })}`,
  liveTail: (group?: string) => `#/live-tail${query({ group })}`,
  roles: () => "#/roles",
  createRole: () => "#/create-role",
  /** `policy`: edit that inline policy. */
  role: (name: string, tab?: RoleTab, policy?: string) => `#/roles/${part(name)}${query({ tab, policy })}`,
  clients: () => "#/connect",
};
