import Alert from "@cloudscape-design/components/alert";
import Spinner from "@cloudscape-design/components/spinner";
import type { TableDescription } from "../aws/tables";

/** What a table is going through, if it is going through something. The page goes on by itself. */
export function StateNotice({ table }: { table: TableDescription }) {
  const told = noticeOf(table);
  return told === undefined ? null : (
    <Alert type="info" header={told.header} statusIconAriaLabel="Info" action={<Spinner size="big" />}>
      {told.words}
    </Alert>
  );
}

function noticeOf({ TableName = "", TableStatus, RestoreSummary }: TableDescription) {
  if (TableStatus === "DELETING") {
    return { header: `${TableName} is being deleted`, words: "It takes no requests any more." };
  }
  if (TableStatus === "UPDATING") {
    return {
      header: `${TableName} is being updated`,
      words: "It takes requests as before. Some changes of it are refused until that is done.",
    };
  }
  if (TableStatus !== "CREATING") {
    return undefined;
  }
  return RestoreSummary?.RestoreInProgress
    ? {
        header: `${TableName} is being restored`,
        words: "It is filled with what was kept, and takes no requests yet.",
      }
    : { header: `${TableName} is being created`, words: "It takes no requests yet." };
}
