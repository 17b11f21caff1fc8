import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { Copyable } from "../../../parts/copyable";
import { bytes } from "../../../parts/format";
import { Empty } from "../../../parts/states";
import type { TabProps } from "../function";
import { layerName, layerVersion } from "./layer-arn";
import { LayersForm } from "./layers-form";

/** What lies under the function's own code. */
export function Layers(props: TabProps) {
  const [editing, setEditing] = useState(false);
  const layers = (props.detail.Configuration?.Layers ?? []).map((layer, at) => ({
    order: at + 1,
    arn: layer.Arn ?? "",
    size: layer.CodeSize ?? 0,
  }));
  if (editing) {
    return (
      <LayersForm name={props.name} arns={layers.map(({ arn }) => arn)} done={() => setEditing(false)} />
    );
  }
  return (
    <Table
      items={layers}
      trackBy="arn"
      wrapLines
      ariaLabels={{ tableLabel: "Layers" }}
      header={
        <Header
          counter={`(${layers.length})`}
          description="Later ones lie over earlier ones, and the function's own code over all."
          actions={<Button onClick={() => setEditing(true)}>Edit layers</Button>}
        >
          Layers
        </Header>
      }
      empty={<Empty title="No layers">A layer holds libraries that several functions share.</Empty>}
      columnDefinitions={[
        { id: "order", header: "Merge order", cell: ({ order }) => order },
        { id: "name", header: "Name", cell: ({ arn }) => layerName(arn), isRowHeader: true },
        { id: "version", header: "Layer version", cell: ({ arn }) => layerVersion(arn) },
        { id: "size", header: "Size", cell: ({ size }) => bytes(size) },
        {
          id: "arn",
          header: "Version ARN",
          cell: ({ arn }) => <Copyable text={arn} what="the layer's ARN" />,
        },
      ]}
    />
  );
}
