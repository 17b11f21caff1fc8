/** Layers, by the ARNs of their newest versions. */

import { ListLayersCommand } from "@aws-sdk/client-lambda";
import { lambda } from "./functions";

export async function listLayers(): Promise<string[]> {
  const client = lambda();
  const found: string[] = [];
  let after: string | undefined;
  do {
    const page = await client.send(new ListLayersCommand({ Marker: after }));
    found.push(...(page.Layers ?? []).map((one) => one.LatestMatchingVersion?.LayerVersionArn ?? ""));
    after = page.NextMarker;
  } while (after !== undefined);
  return found;
}
