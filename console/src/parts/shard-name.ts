const SHOWN = 13;

/** The end of a shard's id, which tells it from others of its stream: the whole id belongs into a title. */
export const shortShard = (id: string) => (id.length <= SHOWN ? id : `…${id.slice(-SHOWN)}`);
