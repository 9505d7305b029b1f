import { readRecord, type RunRecord } from './run-record';
import type { SavedModel } from './training-protocol';

/** Where the runs of this browser are kept: a record of each, and the network that it has trained. */
export interface RunStore {
  /** False where everything is gone with the page. */
  readonly lasting: boolean;
  /** The newest first. */
  list(): Promise<RunRecord[]>;
  put(record: RunRecord): Promise<void>;
  /** Changes some fields of a run, and leaves those that another tab may have changed; does nothing where the run is gone. */
  update(id: string, change: Partial<RunRecord>): Promise<void>;
  putNetwork(id: string, network: SavedModel): Promise<void>;
  network(id: string): Promise<SavedModel | undefined>;
  /** Removes a run with its network and its checkpoints. */
  remove(record: RunRecord): Promise<void>;
  /** Removes the checkpoints of a run, which a finished one does not need. */
  removeCheckpoints(record: RunRecord): Promise<void>;
}

const DATABASE_NAME = 'googlenet-runs';
const RECORD_TABLE = 'runs';
const NETWORK_TABLE = 'networks';

/** The store of this browser; one that lasts as long as the page where the browser keeps nothing, as in some private windows. */
export async function openRunStore(): Promise<RunStore> {
  try {
    return await indexedDbRuns();
  } catch (error) {
    console.warn('openRunStore(): expected IndexedDB, got', error, '. Runs last as long as this page.');
    return memoryRuns();
  }
}

/**
 * Runs in IndexedDB.
 *
 * @throws what the browser says where it has no IndexedDB or no leave for it
 */
export async function indexedDbRuns(factory: IDBFactory = globalThis.indexedDB): Promise<RunStore> {
  const opening = factory.open(DATABASE_NAME, 1);
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore(RECORD_TABLE, { keyPath: 'id' });
    opening.result.createObjectStore(NETWORK_TABLE);
  };
  const database = await answerOf(opening);
  database.onversionchange = () => database.close();

  /** Runs requests in one transaction, and resolves once they have reached the disk. */
  const inside = async <T>(
    mode: IDBTransactionMode,
    work: (records: IDBObjectStore, networks: IDBObjectStore) => Promise<T> | void,
  ): Promise<T> => {
    const transaction = database.transaction([RECORD_TABLE, NETWORK_TABLE], mode);
    const ended = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new Error('an aborted transaction'));
    });
    const [result] = await Promise.all([
      work(transaction.objectStore(RECORD_TABLE), transaction.objectStore(NETWORK_TABLE)),
      ended,
    ]);
    return result as T;
  };
  const removeCheckpoints = async ({ checkpoints }: RunRecord) =>
    void (await answerOf(factory.deleteDatabase(checkpoints)));

  return {
    lasting: true,
    async list() {
      const stored = await inside('readonly', (records) => answerOf<unknown[]>(records.getAll()));
      return newestFirst(stored.flatMap((record) => readRecord(record) ?? []));
    },
    put: (record) => inside('readwrite', (records) => void records.put(record)),
    update: (id, change) =>
      inside('readwrite', async (records) => {
        const stored = readRecord(await answerOf<unknown>(records.get(id)));
        if (stored) records.put({ ...stored, ...change });
      }),
    putNetwork: (id, network) => inside('readwrite', (_, networks) => void networks.put(network, id)),
    network: (id) =>
      inside('readonly', (_, networks) => answerOf(networks.get(id) as IDBRequest<SavedModel | undefined>)),
    async remove(record) {
      await inside('readwrite', (records, networks) => {
        records.delete(record.id);
        networks.delete(record.id);
      });
      await removeCheckpoints(record);
    },
    removeCheckpoints,
  };
}

/** Runs that last as long as the page. */
export function memoryRuns(): RunStore {
  const records = new Map<string, RunRecord>();
  const networks = new Map<string, SavedModel>();
  return {
    lasting: false,
    list: () => Promise.resolve(newestFirst([...records.values()])),
    put: (record) => Promise.resolve(void records.set(record.id, record)),
    update(id, change) {
      const stored = records.get(id);
      if (stored) records.set(id, { ...stored, ...change });
      return Promise.resolve();
    },
    putNetwork: (id, network) => Promise.resolve(void networks.set(id, network)),
    network: (id) => Promise.resolve(networks.get(id)),
    remove({ id }) {
      records.delete(id);
      networks.delete(id);
      return Promise.resolve();
    },
    removeCheckpoints: () => Promise.resolve(),
  };
}

function newestFirst(records: RunRecord[]): RunRecord[] {
  return records.sort((a, b) => b.createdAt.localeCompare(a.createdAt));
}

function answerOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('a refused request'));
  });
}
