import Tiles from "@cloudscape-design/components/tiles";
import type { StreamViewType } from "../../aws/tables";
import { viewName } from "./words";

const DESCRIPTIONS: Record<StreamViewType, string> = {
  KEYS_ONLY: "Only the key attributes of the changed item.",
  NEW_IMAGE: "The entire item as it appears after it was changed.",
  OLD_IMAGE: "The entire item as it appears before it was changed.",
  NEW_AND_OLD_IMAGES: "Both the new and old images of the changed item.",
};

const VIEWS = Object.keys(DESCRIPTIONS) as StreamViewType[];

interface ViewTypeTilesProps {
  value: StreamViewType | undefined;
  onChange: (view: StreamViewType) => void;
}

/** What a stream's records tell of a changed item. */
export function ViewTypeTiles({ value, onChange }: ViewTypeTilesProps) {
  return (
    <Tiles
      value={value ?? null}
      ariaLabel="View type"
      columns={2}
      onChange={({ detail }) => onChange(detail.value as StreamViewType)}
      items={VIEWS.map((view) => ({ value: view, label: viewName(view), description: DESCRIPTIONS[view] }))}
    />
  );
}
