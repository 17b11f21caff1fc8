import CollectionPreferences, {
  type CollectionPreferencesProps,
} from "@cloudscape-design/components/collection-preferences";
import { useState } from "react";
import { choices } from "./list-columns";

const PLACE = "millrace.tables.preferences";

export type Preferences = CollectionPreferencesProps.Preferences;

/** What this browser was told to show, else what fits. */
export function usePreferences(): [Preferences, (preferences: Preferences) => void] {
  const [preferences, set] = useState<Preferences>(() => {
    const kept = localStorage.getItem(PLACE);
    return kept === null ? fitting() : { ...fitting(), ...(JSON.parse(kept) as Preferences) };
  });
  return [
    preferences,
    (next) => {
      localStorage.setItem(PLACE, JSON.stringify(next));
      set(next);
    },
  ];
}

function fitting(): Preferences {
  return {
    pageSize: 20,
    wrapLines: false,
    stripedRows: false,
    contentDensity: "comfortable",
    contentDisplay: choices.map(({ id, from }) => ({ id, visible: window.innerWidth >= from })),
  };
}

interface ListPreferencesProps {
  preferences: Preferences;
  onChange: (preferences: Preferences) => void;
}

export function ListPreferences({ preferences, onChange }: ListPreferencesProps) {
  return (
    <CollectionPreferences
      preferences={preferences}
      title="Preferences"
      confirmLabel="Confirm"
      cancelLabel="Cancel"
      onConfirm={({ detail }) => onChange(detail)}
      pageSizePreference={{
        options: [10, 20, 50, 100].map((value) => ({ value, label: `${value} tables` })),
      }}
      wrapLinesPreference={{}}
      stripedRowsPreference={{}}
      contentDensityPreference={{}}
      contentDisplayPreference={{
        options: choices.map(({ id, label, alwaysVisible }) => ({ id, label, alwaysVisible })),
      }}
    />
  );
}
