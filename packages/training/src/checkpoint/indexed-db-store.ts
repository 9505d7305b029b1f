import { checkpointStore, type CheckpointStore } from './checkpoint-store';

const TABLE_NAME = 'checkpoints';

/** `IDBFactory` where the project knows the DOM's types: naming it would ask Node projects to know them too. */
type DatabaseFactory = typeof globalThis extends { indexedDB: infer Factory } ? Factory : undefined;

/**
 * Checkpoints in the browser's IndexedDB: they outlast the page.
 *
 * @param name - of the database, one for each run.
 * @param factory - default the global `indexedDB`.
 * @throws {TypeError} where there is no IndexedDB.
 */
export function indexedDbStore(
  name: string,
  factory: DatabaseFactory | undefined = globalThis.indexedDB,
): CheckpointStore {
  if (!factory)
    throw new TypeError(
      'indexedDbStore(): expected a browser with IndexedDB, got none. Use memoryStore(), or folderStore() from ./node.',
    );
  let opened: Promise<IDBDatabase> | undefined;
  const open = (): Promise<IDBDatabase> => {
    opened ??= new Promise((resolve, reject) => {
      const request = factory.open(name, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(TABLE_NAME);
      request.onsuccess = () => {
        request.result.onversionchange = () => request.result.close();
        resolve(request.result);
      };
      request.onerror = () => reject(failure(name, request.error));
    });
    return opened;
  };
  const run = async <T>(
    mode: IDBTransactionMode,
    ask: (table: IDBObjectStore) => IDBRequest<T>,
  ): Promise<T> => {
    const database = await open();
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(TABLE_NAME, mode);
      const request = ask(transaction.objectStore(TABLE_NAME));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(failure(name, transaction.error));
    });
  };
  return checkpointStore({
    list: async () => (await run('readonly', (table) => table.getAllKeys())).map(String),
    read: (key) => run('readonly', (table) => table.get(key) as IDBRequest<Uint8Array | undefined>),
    write: async (key, bytes) => void (await run('readwrite', (table) => table.put(bytes, key))),
    remove: async (key) => void (await run('readwrite', (table) => table.delete(key))),
  });
}

function failure(name: string, cause: unknown): Error {
  const reason = cause instanceof Error ? cause.message : 'an aborted transaction';
  return new Error(
    `indexedDbStore("${name}"): expected room in IndexedDB, got: ${reason}. Free disk space, or use memoryStore().`,
    { cause },
  );
}
