import Select from "@cloudscape-design/components/select";
import TextFilter from "@cloudscape-design/components/text-filter";
import type { Stream } from "../../aws/streams";
import type { Wanted } from "./filter";

const EVENTS = [
  { value: "", label: "All events" },
  { value: "INSERT", label: "INSERT" },
  { value: "MODIFY", label: "MODIFY" },
  { value: "REMOVE", label: "REMOVE" },
  { value: "TTL", label: "Expired by TTL" },
];

interface ChangeFilterProps {
  stream: Stream;
  wanted: Wanted;
  want: (wanted: Wanted) => void;
}

export function ChangeFilter({ stream, wanted, want }: ChangeFilterProps) {
  const shards = [
    { value: "", label: "All shards" },
    ...stream.shards.map(({ id, last }) => ({
      value: id,
      label: id,
      description: last === undefined ? "Open" : "Closed",
    })),
  ];
  return (
    <div style={{ display: "flex", flexWrap: "wrap", gap: 12 }}>
      <div style={{ flex: "1 1 260px" }}>
        <TextFilter
          filteringText={wanted.key}
          filteringPlaceholder="Find changes by key"
          filteringAriaLabel="Find changes by key"
          onChange={({ detail }) => want({ ...wanted, key: detail.filteringText })}
        />
      </div>
      <div style={{ flex: "0 0 170px" }}>
        <Select
          options={EVENTS}
          selectedOption={EVENTS.find(({ value }) => value === wanted.event) ?? null}
          ariaLabel="Event"
          onChange={({ detail }) => want({ ...wanted, event: detail.selectedOption.value ?? "" })}
        />
      </div>
      {stream.shards.length < 2 ? null : (
        <div style={{ flex: "0 1 240px" }}>
          <Select
            options={shards}
            selectedOption={shards.find(({ value }) => value === wanted.shard) ?? null}
            ariaLabel="Shard"
            expandToViewport
            onChange={({ detail }) => want({ ...wanted, shard: detail.selectedOption.value ?? "" })}
          />
        </div>
      )}
    </div>
  );
}
