import type { TableDescription, TimeToLiveDescription } from "../../aws/tables";

/** A table in the list. All but its name is read when it is shown. */
export interface Row {
  name: string;
  table?: TableDescription;
  ttl?: TimeToLiveDescription;
}

/** The attribute that Time to Live goes by, if it is on. */
export const ttlAttribute = (ttl: TimeToLiveDescription | undefined): string | undefined =>
  ttl?.TimeToLiveStatus === "ENABLED" || ttl?.TimeToLiveStatus === "ENABLING" ? ttl.AttributeName : undefined;
