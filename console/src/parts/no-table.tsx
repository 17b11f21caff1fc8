import Button from "@cloudscape-design/components/button";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { isMissing } from "../aws/failure";
import { paths } from "../paths";
import { Empty, Loaded } from "./states";

/** As `Loaded`, of a table that may not be there. */
export function LoadedTable<T>(props: {
  query: UseQueryResult<T>;
  label?: string;
  children: (data: T) => ReactNode;
}) {
  return props.query.isError && isMissing(props.query.error) ? <NoTable /> : <Loaded {...props} />;
}

export function NoTable() {
  return (
    <Empty title="There is no such table" action={<Button href={paths.tables()}>All tables</Button>}>
      It may have been deleted, or be in another region.
    </Empty>
  );
}
