import type { Failure } from "../../aws/failure";
import { attributeOf } from "./editing";
import type { ItemEditing } from "./use-editing";

/** AWS's message with the attribute it is about. In the JSON view every message is about the JSON. */
export function refusalOf(
  failure: Failure | undefined,
  { editing, understood }: ItemEditing,
  keys: string[],
): { attribute: string; message: string } | undefined {
  if (failure === undefined) {
    return undefined;
  }
  const attribute = attributeOf(failure.message, [...keys, ...Object.keys(understood.item ?? {})]);
  if (attribute === undefined && editing.view === "form") {
    return undefined;
  }
  return { attribute: attribute ?? "", message: failure.message };
}
