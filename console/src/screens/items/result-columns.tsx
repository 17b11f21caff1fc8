import Link from "@cloudscape-design/components/link";
import type { TableProps } from "@cloudscape-design/components/table";
import { type AttributeValue, attribute, brief, type Item } from "../../aws/attributes";
import { paths } from "../../paths";
import { keyText } from "./table-keys";
import { shortened, ValueCell } from "./value-cell";

/** A column for each attribute; the partition key leads to the item. */
export function columnsOf(
  table: string,
  attributes: string[],
  keys: string[],
): TableProps.ColumnDefinition<Item>[] {
  return attributes.map((name) => ({
    id: name,
    header: <span title={name}>{header(name, keys)}</span>,
    sortingComparator: (one, other) => compareValues(attribute(one, name), attribute(other, name)),
    isRowHeader: name === keys[0],
    cell: (item) =>
      name === keys[0] ? (
        <Link href={paths.editItem(table, keyText(item, keys))}>
          <span style={{ whiteSpace: "nowrap" }}>{shortened(brief(attribute(item, name))) || "empty"}</span>
        </Link>
      ) : (
        <ValueCell value={attribute(item, name)} />
      ),
  }));
}

const header = (name: string, keys: string[]) =>
  name === keys[0]
    ? `${shortened(name, 40)} (Partition key)`
    : name === keys[1]
      ? `${shortened(name, 40)} (Sort key)`
      : shortened(name, 40);

/** Numbers by what they are worth, everything else by its text; what is not there comes first. */
function compareValues(one: AttributeValue | undefined, other: AttributeValue | undefined): number {
  if (one === undefined || other === undefined) {
    return Number(one !== undefined) - Number(other !== undefined);
  }
  if (one.N !== undefined && other.N !== undefined) {
    return Number(one.N) - Number(other.N);
  }
  const [text, otherText] = [brief(one), brief(other)];
  return text < otherText ? -1 : Number(text > otherText);
}
