import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";

const DEFAULTS = [
  { setting: "Table class", value: "DynamoDB Standard", later: true },
  { setting: "Capacity mode", value: "On-demand", later: true },
  { setting: "Local secondary indexes", value: "None", later: false },
  { setting: "Global secondary indexes", value: "None", later: true },
  { setting: "Deletion protection", value: "Off", later: true },
  { setting: "DynamoDB stream", value: "Off", later: true },
  { setting: "Time to Live (TTL)", value: "Off", later: true },
];

/** What a table gets that is not customised, and what of it may be changed. */
export function DefaultSettings() {
  return (
    <Table
      variant="borderless"
      contentDensity="compact"
      ariaLabels={{ tableLabel: "Default table settings" }}
      items={DEFAULTS}
      trackBy="setting"
      columnDefinitions={[
        { id: "setting", header: "Setting", cell: ({ setting }) => setting, isRowHeader: true },
        { id: "value", header: "Value", cell: ({ value }) => value },
        {
          id: "later",
          header: "Editable after creation",
          cell: ({ later }) => (
            <StatusIndicator type={later ? "success" : "stopped"}>{later ? "Yes" : "No"}</StatusIndicator>
          ),
        },
      ]}
    />
  );
}
