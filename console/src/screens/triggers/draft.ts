/** What is typed into the form of a trigger, and the requests it becomes. Pure. */

import { laidOut } from "../../aws/json-text";
import type {
  CreateEventSourceMappingRequest,
  EventSourceMappingConfiguration,
  UpdateEventSourceMappingRequest,
} from "../../aws/mappings";

export interface Draft {
  batchSize: string;
  window: string;
  lanes: string;
  tumbling: string;
  retries: string;
  age: string;
  /** The ARN of what is told of batches that are given up; empty for nobody. */
  destination: string;
  bisect: boolean;
  reports: boolean;
  enabled: boolean;
  patterns: { id: number; text: string }[];
}

export const NEW_DRAFT: Draft = {
  batchSize: "100",
  window: "0",
  lanes: "1",
  tumbling: "0",
  retries: "-1",
  age: "-1",
  destination: "",
  bisect: false,
  reports: false,
  enabled: true,
  patterns: [],
};

/** The form's fields that must be numbers. */
const NUMBERS = ["batchSize", "window", "lanes", "tumbling", "retries", "age"] as const;
export type NumberField = (typeof NUMBERS)[number];

export type Wrong = Partial<Record<string, string>>;

export function draftOf(mapping: EventSourceMappingConfiguration): Draft {
  return {
    batchSize: String(mapping.BatchSize ?? 100),
    window: String(mapping.MaximumBatchingWindowInSeconds ?? 0),
    lanes: String(mapping.ParallelizationFactor ?? 1),
    tumbling: String(mapping.TumblingWindowInSeconds ?? 0),
    retries: String(mapping.MaximumRetryAttempts ?? -1),
    age: String(mapping.MaximumRecordAgeInSeconds ?? -1),
    destination: mapping.DestinationConfig?.OnFailure?.Destination ?? "",
    bisect: mapping.BisectBatchOnFunctionError ?? false,
    reports: mapping.FunctionResponseTypes?.includes("ReportBatchItemFailures") ?? false,
    enabled: mapping.State !== "Disabled",
    patterns: (mapping.FilterCriteria?.Filters ?? []).map(({ Pattern = "" }, id) => ({
      id,
      text: laidOut(Pattern),
    })),
  };
}

/** What the server cannot be asked: numbers that are none, patterns that are not JSON. By field, or `pattern ID`. */
export function wrongs(draft: Draft): Wrong {
  const found: Wrong = {};
  for (const field of NUMBERS) {
    if (!/^-?\d+$/.test(draft[field].trim())) {
      found[field] = "Enter a whole number.";
    }
  }
  for (const { id, text } of draft.patterns) {
    const problem = jsonProblem(text);
    if (problem !== undefined) {
      found[`pattern ${id}`] = problem;
    }
  }
  return found;
}

function jsonProblem(text: string): string | undefined {
  if (text.trim() === "") {
    return "Enter a pattern, or remove this filter.";
  }
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return `Not JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
}

type Settings = Omit<UpdateEventSourceMappingRequest, "UUID">;

function settings(draft: Draft): Settings {
  return {
    BatchSize: Number(draft.batchSize),
    MaximumBatchingWindowInSeconds: Number(draft.window),
    ParallelizationFactor: Number(draft.lanes),
    TumblingWindowInSeconds: Number(draft.tumbling),
    MaximumRetryAttempts: Number(draft.retries),
    MaximumRecordAgeInSeconds: Number(draft.age),
    BisectBatchOnFunctionError: draft.bisect,
    DestinationConfig: { OnFailure: { Destination: draft.destination.trim() } },
    FunctionResponseTypes: draft.reports ? ["ReportBatchItemFailures"] : [],
    Enabled: draft.enabled,
    FilterCriteria: { Filters: draft.patterns.map(({ text }) => ({ Pattern: compact(text) })) },
  };
}

export function creation(
  draft: Draft,
  ends: { streamArn: string; functionName: string; position: "LATEST" | "TRIM_HORIZON" },
): CreateEventSourceMappingRequest {
  const { DestinationConfig, FilterCriteria, FunctionResponseTypes, ...others } = settings(draft);
  return {
    EventSourceArn: ends.streamArn,
    FunctionName: ends.functionName,
    StartingPosition: ends.position,
    ...others,
    DestinationConfig: draft.destination.trim() === "" ? undefined : DestinationConfig,
    FilterCriteria: draft.patterns.length === 0 ? undefined : FilterCriteria,
    FunctionResponseTypes: draft.reports ? FunctionResponseTypes : undefined,
  };
}

export const alteration = (uuid: string, draft: Draft): UpdateEventSourceMappingRequest => ({
  UUID: uuid,
  ...settings(draft),
});

export const withPattern = (draft: Draft, text: string): Draft => ({
  ...draft,
  patterns: [...draft.patterns, { id: Math.max(-1, ...draft.patterns.map(({ id }) => id)) + 1, text }],
});

/** JSON in one line, its numbers as they were typed. */
function compact(text: string): string {
  return text
    .split(/("(?:[^"\\]|\\.)*")/)
    .map((part, at) => (at % 2 === 1 ? part : part.replace(/\s+/g, "")))
    .join("");
}
