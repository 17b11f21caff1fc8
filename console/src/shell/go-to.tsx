import Autosuggest, { type AutosuggestProps } from "@cloudscape-design/components/autosuggest";
import { useEffect, useRef, useState } from "react";
import { useGo } from "../parts/go";
import { useStatus, useTableNames } from "../parts/queries";
import { paths } from "../paths";

const SCREENS: AutosuggestProps.Option[] = [
  { value: paths.tables(), label: "Tables" },
  { value: paths.createTable(), label: "Create table" },
  { value: paths.triggers(), label: "Triggers" },
  { value: paths.functions(), label: "Functions" },
  { value: paths.createFunction(), label: "Create function" },
  { value: paths.logs(), label: "Logs" },
  { value: paths.liveTail(), label: "Live tail" },
  { value: paths.roles(), label: "Roles" },
  { value: paths.clients(), label: "Connect a client" },
];

/** Jump to a screen, a table or a function by its name; `/` or Ctrl+K puts the cursor here. */
export function GoTo() {
  const [text, setText] = useState("");
  const [focused, setFocused] = useState(false);
  const field = useRef<AutosuggestProps.Ref>(null);
  const visit = useGo();
  const all = useStatus(focused);
  const tables = useTableNames(focused);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const typing =
        event.target instanceof HTMLElement && event.target.closest("input, textarea, [contenteditable]");
      const wanted =
        (event.key === "/" && !typing) || (event.key === "k" && (event.ctrlKey || event.metaKey));
      if (wanted) {
        event.preventDefault();
        field.current?.focus();
      }
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);
  const options: AutosuggestProps.Options = [
    { label: "Screens", options: SCREENS },
    {
      label: "Tables",
      options: (tables.data ?? []).flatMap((name) => [
        { value: paths.table(name), label: name },
        { value: paths.items(name), label: `${name} › items` },
      ]),
    },
    {
      label: "Functions",
      options: (all.data?.functions ?? []).map(({ name }) => ({ value: paths.function(name), label: name })),
    },
  ];
  const go = (chosen: string) => {
    const href = chosen.startsWith("#/") ? chosen : firstMatch(options, chosen);
    if (href !== undefined) {
      setText("");
      visit(href);
    }
  };
  return (
    <Autosuggest
      ref={field}
      value={text}
      options={options}
      placeholder="Go to…  ( / )"
      ariaLabel="Go to a screen, a table or a function"
      enteredTextLabel={(value) => `Go to the first that has “${value}” in its name`}
      empty="Nothing of that name"
      onFocus={() => setFocused(true)}
      onChange={({ detail }) => {
        if (!detail.value.startsWith("#/")) {
          setText(detail.value);
        }
      }}
      onSelect={({ detail }) => go(detail.value)}
    />
  );
}

/** Where Enter leads when nothing was picked: the first whose name has the text in it. */
function firstMatch(options: AutosuggestProps.Options, text: string): string | undefined {
  const all = options.flatMap((group) => ("options" in group ? group.options : [group]));
  return all.find((option) => option.label?.toLowerCase().includes(text.trim().toLowerCase()))?.value;
}
