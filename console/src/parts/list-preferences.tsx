import CollectionPreferences, {
  type CollectionPreferencesProps,
} from "@cloudscape-design/components/collection-preferences";
import { useState } from "react";

export type Preferences = CollectionPreferencesProps.Preferences;
type Choices = readonly CollectionPreferencesProps.ContentDisplayOption[];

/** What this browser was told to show in the list of that name, else `usual`. */
export function usePreferences(
  list: string,
  usual: Preferences,
): [Preferences, (preferences: Preferences) => void] {
  const place = `millrace.${list}.preferences`;
  const [preferences, set] = useState<Preferences>(() => ({
    ...usual,
    ...(JSON.parse(localStorage.getItem(place) ?? "{}") as Preferences),
  }));
  return [
    preferences,
    (next) => {
      localStorage.setItem(place, JSON.stringify(next));
      set(next);
    },
  ];
}

interface ListPreferencesProps {
  /** What is listed: "tables". */
  nouns: string;
  choices: Choices;
  preferences: Preferences;
  onChange: (preferences: Preferences) => void;
}

export function ListPreferences({ nouns, choices, preferences, onChange }: ListPreferencesProps) {
  return (
    <CollectionPreferences
      preferences={preferences}
      title="Preferences"
      confirmLabel="Confirm"
      cancelLabel="Cancel"
      onConfirm={({ detail }) => onChange(detail)}
      pageSizePreference={{
        options: [10, 20, 50, 100].map((value) => ({ value, label: `${value} ${nouns}` })),
      }}
      wrapLinesPreference={{}}
      stripedRowsPreference={{}}
      contentDensityPreference={{}}
      contentDisplayPreference={{ options: choices }}
    />
  );
}

/** The part of the preferences that a Table takes. */
export const tableLook = ({ contentDisplay, wrapLines, stripedRows, contentDensity }: Preferences) => ({
  columnDisplay: contentDisplay,
  wrapLines,
  stripedRows,
  contentDensity,
});
