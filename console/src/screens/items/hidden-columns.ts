import { useState } from "react";

const place = (table: string) => `millrace.hidden-columns.${table}`;

/** The attributes of a table that somebody does not want to see; new ones are shown until then. */
export function useHiddenColumns(table: string): [string[], (names: string[]) => void] {
  const [hidden, setHidden] = useState<string[]>(() => read(table));
  const keep = (names: string[]) => {
    localStorage.setItem(place(table), JSON.stringify(names));
    setHidden(names);
  };
  return [hidden, keep];
}

function read(table: string): string[] {
  const kept: unknown = JSON.parse(localStorage.getItem(place(table)) ?? "[]");
  return Array.isArray(kept) ? kept.map(String) : [];
}
