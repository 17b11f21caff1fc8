/** Where a trigger stands, as docs/api.md has it. */

export interface MappingStatus {
  uuid: string;
  table: string;
  stream_arn: string;
  function: string;
  role: string | null;
  state: string;
  last_result: string;
  missing: string | null;
  delivered: number;
  filtered: number;
  pending: number;
  discarded: Record<string, number>;
  records: number;
  /** The ARN of the failure destination. */
  destination: string | null;
  /** Records that the destination was told of, and that it could not be told of. */
  told: { delivered: number; failed: number; error: string | null };
  /** AWS's metrics of event source mappings, in records. */
  metrics: Record<string, number>;
  lag_seconds: number | null;
  attempts: number;
  retry_in_seconds: number | null;
  last_error: string | null;
  shards: MappingShard[];
  /** Of shards that are gone. */
  past: { records: number; delivered: number; filtered: number; discarded: Record<string, number> };
}

/** One shard's part in a trigger. */
export interface MappingShard {
  shard: string;
  /** How many batches of it there may be at a time. */
  lanes: number;
  phase: string;
  position: string;
  records: number;
  delivered: number;
  filtered: number;
  discarded: Record<string, number>;
  pending: number;
}
