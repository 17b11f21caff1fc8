import Link from "@cloudscape-design/components/link";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { TableProps } from "@cloudscape-design/components/table";
import { functionOf } from "../../aws/arn";
import type { FunctionConfiguration } from "../../aws/functions";
import type { EventSourceMappingConfiguration } from "../../aws/mappings";
import type { FunctionStatus } from "../../aws/own";
import { bytes, count, dateTime, duration } from "../../parts/format";
import { paths } from "../../paths";

/** A function as one line of the list. */
export interface FunctionRow {
  name: string;
  description: string;
  runtime: string;
  codeSize: number;
  /** Epoch milliseconds. */
  modified: number;
  state: string;
  memory: number;
  timeout: number;
  triggers: number;
  invocations: number | undefined;
  errors: number | undefined;
}

export function rowsOf(
  functions: readonly FunctionConfiguration[],
  mappings: readonly EventSourceMappingConfiguration[],
  figures: ReadonlyMap<string, FunctionStatus>,
): FunctionRow[] {
  return functions.map((one) => ({
    name: one.FunctionName ?? "",
    description: one.Description ?? "",
    runtime: one.Runtime ?? "",
    codeSize: one.CodeSize ?? 0,
    modified: Date.parse(one.LastModified ?? ""),
    state: one.State ?? "Active", // ListFunctions leaves it out; here a function is active once it is stored.
    memory: one.MemorySize ?? 0,
    timeout: one.Timeout ?? 0,
    triggers: mappings.filter((mapping) => functionOf(mapping.FunctionArn).split(":")[0] === one.FunctionName)
      .length,
    invocations: figures.get(one.FunctionArn ?? "")?.invocations,
    errors: figures.get(one.FunctionArn ?? "")?.errors,
  }));
}

const figure = (value: number | undefined) => (value === undefined ? "-" : count(value));

export const COLUMNS: TableProps.ColumnDefinition<FunctionRow>[] = [
  {
    id: "name",
    header: "Function name",
    maxWidth: 320,
    cell: (row) => (
      <span title={row.name}>
        <Link href={paths.function(row.name)}>{row.name}</Link>
      </span>
    ),
    sortingField: "name",
    isRowHeader: true,
  },
  {
    id: "state",
    header: "State",
    cell: (row) => (
      <StatusIndicator type={row.state === "Active" ? "success" : "pending"}>{row.state}</StatusIndicator>
    ),
    sortingField: "state",
  },
  { id: "runtime", header: "Runtime", cell: (row) => row.runtime, sortingField: "runtime" },
  {
    id: "triggers",
    header: "Triggers",
    cell: (row) =>
      row.triggers === 0 ? "0" : <Link href={paths.function(row.name, "triggers")}>{row.triggers}</Link>,
    sortingField: "triggers",
  },
  {
    id: "invocations",
    header: "Invocations",
    cell: (row) => figure(row.invocations),
    sortingField: "invocations",
  },
  {
    id: "errors",
    header: "Errors",
    cell: (row) =>
      row.errors ? <StatusIndicator type="error">{count(row.errors)}</StatusIndicator> : figure(row.errors),
    sortingField: "errors",
  },
  { id: "memory", header: "Memory", cell: (row) => `${count(row.memory)} MB`, sortingField: "memory" },
  {
    id: "timeout",
    header: "Timeout",
    cell: (row) => duration(row.timeout).replace(".0 s", " s"),
    sortingField: "timeout",
  },
  { id: "codeSize", header: "Code size", cell: (row) => bytes(row.codeSize), sortingField: "codeSize" },
  {
    id: "modified",
    header: "Last modified",
    cell: (row) => dateTime(new Date(row.modified)),
    sortingField: "modified",
  },
];
