import Button from "@cloudscape-design/components/button";
import ButtonDropdown, { type ButtonDropdownProps } from "@cloudscape-design/components/button-dropdown";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { Item } from "../../aws/attributes";
import { plainItemText, typedText } from "../../aws/item-json";
import { useGo } from "../../parts/go";
import { notify } from "../../parts/notices";
import { paths } from "../../paths";
import { asCsv, asJsonLines, copy, download } from "./export";
import { keyText } from "./table-keys";

interface ResultActionsProps {
  table: string;
  keys: string[];
  selected: readonly Item[];
  /** All that were read. */
  items: Item[];
  busy: boolean;
  onAgain: () => void;
  onDelete: () => void;
}

export function ResultActions(props: ResultActionsProps) {
  const act = useActions(props);
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <Button iconName="refresh" ariaLabel="Read again" loading={props.busy} onClick={props.onAgain} />
      <ButtonDropdown
        items={choices(props.selected.length, props.items.length)}
        onItemClick={({ detail }) => act(detail.id)}
      >
        Actions
      </ButtonDropdown>
      <Button variant="primary" href={paths.createItem(props.table)}>
        Create item
      </Button>
    </SpaceBetween>
  );
}

function choices(selected: number, all: number): ButtonDropdownProps.ItemOrGroup[] {
  const what = selected > 0 ? "selected items" : "results";
  const one = selected !== 1;
  const none = selected === 0;
  const nothing = all === 0;
  return [
    { id: "edit", text: "Edit item", disabled: one },
    { id: "duplicate", text: "Duplicate item", disabled: one },
    { id: "delete", text: "Delete items", disabled: none },
    {
      text: "Copy as",
      items: [
        { id: "copy-json", text: "JSON", disabled: none },
        { id: "copy-typed", text: "DynamoDB JSON", disabled: none },
      ],
    },
    {
      text: `Download ${what}`,
      items: [
        { id: "lines", text: "JSON lines", disabled: nothing },
        { id: "csv", text: "CSV", disabled: nothing },
      ],
    },
  ];
}

function useActions({ table, keys, selected, items, onDelete }: ResultActionsProps) {
  const go = useGo();
  const key = selected[0] === undefined ? "" : keyText(selected[0], keys);
  const chosen = selected.length > 0 ? [...selected] : items;
  const keep = (write: (item: Item) => string, form: string) => {
    const texts = chosen.map(write);
    const text = texts.length === 1 ? (texts[0] ?? "") : `[\n${texts.join(",\n")}\n]`;
    const what = texts.length === 1 ? "The item was" : `${texts.length} items were`;
    void copy(text).then(() => notify("success", `${what} copied as ${form}.`));
  };
  const actions: Record<string, () => void> = {
    edit: () => go(paths.editItem(table, key)),
    duplicate: () => go(paths.duplicateItem(table, key)),
    delete: onDelete,
    "copy-json": () => keep((item) => plainItemText(item), "JSON"),
    "copy-typed": () => keep(typedText, "DynamoDB JSON"),
    lines: () => download(`${table}.jsonl`, "application/jsonl", asJsonLines(chosen)),
    csv: () => download(`${table}.csv`, "text/csv", asCsv(chosen, keys)),
  };
  return (id: string) => actions[id]?.();
}
