import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from './checkpoint';

/** A checkpoint that was read, and those newer ones that could not be. */
export interface LatestCheckpoint {
  checkpoint: Checkpoint | undefined;
  /** Damaged files that were passed over, newest first. */
  damaged: { name: string; reason: string }[];
}

/** Where a run keeps its checkpoints: the last two and the best. */
export interface CheckpointStore {
  /** Keeps a checkpoint; the one before the previous is removed afterwards. */
  save(checkpoint: Checkpoint): Promise<void>;
  /** The newest intact checkpoint. */
  latest(): Promise<LatestCheckpoint>;
  /** Keeps the best epoch's weights in place of the previous best. */
  saveBest(checkpoint: Checkpoint): Promise<void>;
  /** The best epoch's weights; `undefined` where there are none. @throws {CheckpointError} `DAMAGED` */
  best(): Promise<Checkpoint | undefined>;
  /** Removes all checkpoints. */
  clear(): Promise<void>;
}

/** Named byte strings, the little that a place must offer to hold checkpoints. */
export interface ByteFiles {
  list(): Promise<string[]>;
  read(name: string): Promise<Uint8Array | undefined>;
  /** All or nothing: after a crash the old bytes or the new ones are there. */
  write(name: string, bytes: Uint8Array): Promise<void>;
  remove(name: string): Promise<void>;
}

const PATTERN = /^step-(\d{9})\.ckpt$/;
const BEST_NAME = 'best.ckpt';

/** A checkpoint store over named byte strings. @param keep - how many checkpoints stay; default 2. */
export function checkpointStore(files: ByteFiles, keep = 2): CheckpointStore {
  const names = async (): Promise<string[]> =>
    (await files.list())
      .filter((name) => PATTERN.test(name))
      .sort()
      .reverse();
  return {
    async save(checkpoint) {
      await files.write(
        `step-${String(checkpoint.header.state.step).padStart(9, '0')}.ckpt`,
        encodeCheckpoint(checkpoint),
      );
      for (const old of (await names()).slice(keep)) await files.remove(old);
    },
    async latest() {
      const damaged: LatestCheckpoint['damaged'] = [];
      for (const name of await names()) {
        try {
          return { checkpoint: decodeCheckpoint((await files.read(name)) ?? new Uint8Array()), damaged };
        } catch (error) {
          damaged.push({ name, reason: error instanceof Error ? error.message : String(error) });
        }
      }
      return { checkpoint: undefined, damaged };
    },
    saveBest: (checkpoint) => files.write(BEST_NAME, encodeCheckpoint(checkpoint)),
    async best() {
      const bytes = await files.read(BEST_NAME);
      return bytes && decodeCheckpoint(bytes);
    },
    async clear() {
      for (const name of [...(await names()), BEST_NAME]) await files.remove(name);
    },
  };
}

/** Checkpoints in memory: they last as long as the process. */
export function memoryStore(): CheckpointStore {
  const files = new Map<string, Uint8Array>();
  return checkpointStore({
    list: () => Promise.resolve([...files.keys()]),
    read: (name) => Promise.resolve(files.get(name)),
    write: (name, bytes) => Promise.resolve(void files.set(name, bytes)),
    remove: (name) => Promise.resolve(void files.delete(name)),
  });
}
