import Link from "@cloudscape-design/components/link";
import type { TableProps } from "@cloudscape-design/components/table";
import { type AttributeValue, brief, type Item } from "../../aws/attributes";
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
    header: header(name, keys),
    sortingComparator: (one, other) => compareValues(one[name], other[name]),
    isRowHeader: name === keys[0],
    cell: (item) =>
      name === keys[0] ? (
        <Link href={paths.editItem(table, keyText(item, keys))}>
          <span style={{ whiteSpace: "nowrap" }}>{shortened(brief(item[name])) || "empty"}</span>
        </Link>
      ) : (
        <ValueCell value={item[name]} />
      ),
  }));
}

const header = (name: string, keys: string[]) =>
  name === keys[0] ? `${name} (Partition key)` : name === keys[1] ? `${name} (Sort key)` : name;

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
