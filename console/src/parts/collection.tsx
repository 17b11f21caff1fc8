/** What every list has around its table. For use with collection-hooks. */

import Button from "@cloudscape-design/components/button";
import Pagination, { type PaginationProps } from "@cloudscape-design/components/pagination";
import TextFilter, { type TextFilterProps } from "@cloudscape-design/components/text-filter";
import { count } from "./format";
import { Empty } from "./states";

/** How many there are and, when some are selected, how many these are. */
export const counter = (all: number, selected = 0) =>
  selected === 0 ? `(${count(all)})` : `(${count(selected)}/${count(all)})`;

export function NoMatches({ clear }: { clear: () => void }) {
  return <Empty title="No matches" action={<Button onClick={clear}>Clear filter</Button>} />;
}

interface FindProps {
  filter: TextFilterProps;
  /** For instance "Find tables by name". */
  label: string;
  matches: number | undefined;
}

export function Find({ filter, label, matches = 0 }: FindProps) {
  return (
    <TextFilter
      {...filter}
      filteringPlaceholder={label}
      filteringAriaLabel={label}
      countText={matches === 1 ? "1 match" : `${count(matches)} matches`}
    />
  );
}

/** Shown only where there is more than one page. */
export function Pages(props: PaginationProps) {
  return props.pagesCount < 2 ? null : (
    <Pagination {...props} ariaLabels={{ nextPageLabel: "Next page", previousPageLabel: "Previous page" }} />
  );
}
