import type { Tag } from "../../aws/tables";

/** What to set and what to remove so that the tags `before` become `after`. */
export function tagChanges(before: Tag[], after: Tag[]): { set: Tag[]; remove: string[] } {
  const kept = new Set(after.map(({ Key }) => Key));
  return {
    set: after.filter(({ Key, Value }) => !before.some((tag) => tag.Key === Key && tag.Value === Value)),
    remove: before.map(({ Key }) => Key).filter((key) => !kept.has(key)),
  };
}
