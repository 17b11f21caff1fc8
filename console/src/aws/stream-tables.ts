import { describeTable, listTables } from "./tables";

export interface StreamTable {
  name: string;
  /** Of its stream, if that is on. */
  streamArn: string | undefined;
}

/** All tables of the region, with their streams. */
export async function streamTables(): Promise<StreamTable[]> {
  const names = await listTables();
  return Promise.all(
    names.map(async (name) => {
      const { StreamSpecification, LatestStreamArn } = await describeTable(name);
      return { name, streamArn: StreamSpecification?.StreamEnabled ? LatestStreamArn : undefined };
    }),
  );
}
