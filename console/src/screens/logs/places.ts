/** What names of log groups say. Pure. */

import { paths } from "../../paths";

const FUNCTIONS = "/aws/lambda/";

/** The function that writes a group, by AWS's convention. */
export const functionOf = (group: string): string | undefined =>
  group.startsWith(FUNCTIONS) && group.length > FUNCTIONS.length ? group.slice(FUNCTIONS.length) : undefined;

export const shortName = (group: string): string => functionOf(group) ?? group;

export const groupCrumbs = (group: string) => [
  { text: "Logs", href: paths.logs() },
  { text: group, href: paths.logGroup(group) },
];

/** The choices of AWS, in days. */
export const RETENTIONS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

export function retentionText(days: number | undefined): string {
  if (days === undefined) {
    return "Never expire";
  }
  const [years, rest] = [Math.round(days / 365.25), days % 365];
  const known =
    days >= 365 && rest <= years && days !== 400 ? ` (${years} ${years === 1 ? "year" : "years"})` : "";
  return `${days} ${days === 1 ? "day" : "days"}${known}`;
}

/** What a group is called among the things that are gone. */
export const goneGroup = (group: string) => `log group ${group}`;
