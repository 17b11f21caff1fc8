/** millrace's own API (docs/api.md): signed like any AWS request, service name `millrace`. */

import { Sha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";
import { regionOf } from "./arn";
import type { MappingStatus } from "./mapping-status";
import { endpoint, keys, region } from "./session";

export type { MappingStatus };

export interface Health {
  status: string;
  version: string;
  region: string;
  auth: boolean;
  runtime: string;
}

export interface TableStatus {
  name: string;
  arn: string;
  stream_arn: string;
  changes: number;
}

export interface FunctionStatus {
  name: string;
  arn: string;
  invocations: number;
  errors: number;
  throttles: number;
  duration_ms_total: number;
  /** Asynchronous events: `waiting` now, the rest since the server started. */
  events: {
    waiting: number;
    retries: number;
    dropped: number;
    loops: number;
    delivered: number;
    undelivered: number;
  };
  running: number;
  environments: number;
}

export interface Status {
  version: string;
  now: number;
  uptime_seconds: number;
  mappings: MappingStatus[];
  tables: TableStatus[];
  functions: FunctionStatus[];
}

export interface Delivery {
  mapping: string;
  table: string;
  function: string;
  shard: string;
  /** Which of the shard's batches at a time. */
  lane?: number;
  /** The failure destination that was told of what was discarded, and why it could not be. */
  destination?: string | null;
  destination_error?: string | null;
  attempt: number | null;
  started: number;
  finished: number | null;
  duration_ms: number | null;
  records: number;
  first: string | null;
  last: string | null;
  outcome: string;
  /** How many of the records are done with by it; null while it runs. */
  delivered?: number | null;
  error: string | null;
  retry_in: number | null;
  retry_at: number | null;
  request_id: string | null;
  log_group: string | null;
  log_stream: string | null;
  reason: string | null;
}

export interface Denial {
  identity: string;
  action: string;
  resource: string;
  reason: string;
  remedy: string;
  first: number;
  last: number;
  count: number;
}

/** One condition of a filter pattern that a record does not meet. */
export interface Miss {
  path: string;
  wanted: unknown;
  found: unknown[];
  alternatives: Miss[][];
}

/** What holds a change up, or why it went no further: `text` for people, the rest by `kind`. */
export interface Why {
  kind: string;
  text: string;
  attempt?: number;
  last_error?: string | null;
  retry_at?: number | null;
  until?: number;
  reason?: string;
  missing?: string;
  patterns?: { pattern: string; misses: Miss[] }[];
}

export type JourneyOutcome =
  | "delivered"
  | "filtered"
  | "discarded"
  | "in_flight"
  | "retrying"
  | "pending"
  | "before_start"
  | "unknown";

export interface Journey {
  mapping: string;
  function: string;
  outcome: JourneyOutcome;
  why: Why | null;
  attempts: Delivery[];
}

export type LiveEvent =
  | { kind: "ready" }
  | { kind: "missed"; events: number }
  | {
      kind: "change";
      time: number;
      table: string;
      event: "INSERT" | "MODIFY" | "REMOVE";
      keys: Record<string, unknown>;
      sequence_number: string;
    }
  | {
      kind: "delivery";
      time: number;
      table: string;
      function: string;
      mapping: string;
      shard: string;
      event: string;
      records?: number;
      attempt?: number;
      error?: string;
      retry_in?: number | null;
      reason?: string;
      first?: string;
      last?: string;
      request_id?: string;
      log_group?: string;
      log_stream?: string;
      duration_ms?: number;
    }
  | { kind: "log"; time: number; function: string; group: string; stream: string; message: string };

export class OwnApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = status === 403 ? "AccessDenied" : "Refused";
  }
}

async function send(method: "GET" | "POST", path: string, body?: unknown, signal?: AbortSignal) {
  const url = new URL(`${endpoint()}/_millrace/${path}`);
  const text = body === undefined ? undefined : JSON.stringify(body);
  const signer = new SignatureV4({
    service: "millrace",
    region: region(),
    credentials: keys(),
    sha256: Sha256,
  });
  const signed = await signer.sign({
    method,
    protocol: url.protocol,
    hostname: url.hostname,
    port: url.port ? Number(url.port) : undefined,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: { host: url.host },
    body: text,
  });
  const { host: _, ...headers } = signed.headers;
  const answer = await fetch(url, {
    method,
    headers,
    body: text,
    signal,
  });
  if (!answer.ok) {
    const told = (await answer.json().catch(() => ({}))) as { message?: string };
    throw new OwnApiError(answer.status, told.message ?? `${answer.status} ${answer.statusText}`);
  }
  return answer;
}

/** What an address under `/_millrace/` answers: GET, or POST if there is a body. */
export async function ask<T>(path: string, body?: unknown): Promise<T> {
  const answer = await send(body === undefined ? "GET" : "POST", path, body);
  return (await answer.json()) as T;
}

/** Needs no keys: it says whether keys are asked for. */
export async function health(): Promise<Health> {
  const answer = await fetch(`${endpoint()}/_millrace/health`);
  return (await answer.json()) as Health;
}

/** Where everything in the chosen region stands. */
export const status = async () => within(await ask<Status>("status"), region());

/** What of a status is in `place`: an ARN's fourth part is its region. Pure. */
export function within(all: Status, place: string): Status {
  const here = (arn: string) => regionOf(arn) === place;
  return {
    ...all,
    mappings: all.mappings.filter((one) => here(one.stream_arn)),
    tables: all.tables.filter((one) => here(one.arn)),
    functions: all.functions.filter((one) => here(one.arn)),
  };
}

export async function deliveries(mapping?: string): Promise<Delivery[]> {
  const query = mapping === undefined ? "" : `?mapping=${encodeURIComponent(mapping)}`;
  return (await ask<{ deliveries: Delivery[] }>(`deliveries${query}`)).deliveries;
}

export async function denials(identity?: string): Promise<Denial[]> {
  const query = identity === undefined ? "" : `?identity=${encodeURIComponent(identity)}`;
  return (await ask<{ denials: Denial[] }>(`denials${query}`)).denials;
}

export async function journey(stream: string, shard: string, sequence: string): Promise<Journey[]> {
  const query = new URLSearchParams({ stream, shard, sequence });
  return (await ask<{ mappings: Journey[] }>(`journey?${query}`)).mappings;
}

/** The chosen region's live events until `signal` ends it or the server goes; given to `take` as they come. */
export async function follow(take: (events: LiveEvent[]) => void, signal: AbortSignal): Promise<void> {
  const query = new URLSearchParams({ region: region() });
  const answer = await send("GET", `tail?${query}`, undefined, signal);
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  while (reader !== undefined) {
    const { done, value } = await reader.read();
    if (done) {
      return;
    }
    const lines = (rest + value).split("\n");
    rest = lines.pop() ?? "";
    take(lines.filter((line) => line !== "").map((line) => JSON.parse(line) as LiveEvent));
  }
}
