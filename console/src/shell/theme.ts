import { applyDensity, applyMode, Density, Mode } from "@cloudscape-design/global-styles";
import { useSyncExternalStore } from "react";

export type Theme = "light" | "dark";

const PLACE = "millrace.theme";
const preferred = window.matchMedia("(prefers-color-scheme: dark)");
const watchers = new Set<() => void>();

export function theme(): Theme {
  return (localStorage.getItem(PLACE) as Theme | null) ?? (preferred.matches ? "dark" : "light");
}

function apply(): void {
  applyMode(theme() === "dark" ? Mode.Dark : Mode.Light);
  applyDensity(Density.Comfortable);
  document.documentElement.style.colorScheme = theme();
  for (const tell of watchers) {
    tell();
  }
}

export function chooseTheme(name: Theme): void {
  localStorage.setItem(PLACE, name);
  apply();
}

/** Follow the machine's own setting until one is chosen. */
export function startTheme(): void {
  preferred.addEventListener("change", apply);
  apply();
}

export function useTheme(): Theme {
  return useSyncExternalStore((tell) => {
    watchers.add(tell);
    return () => watchers.delete(tell);
  }, theme);
}
