import { IDBFactory } from 'fake-indexeddb';
import { adoptEarlierRun } from './earlier-run';
import { emptyHistory } from './history';
import { freeName, newRecord, readRecord, type RunRecord } from './run-record';
import { indexedDbRuns, memoryRuns, type RunStore } from './run-store';
import { DEFAULT_SETTINGS } from './settings';

const run = (id: string, createdAt: string): RunRecord =>
  newRecord(DEFAULT_SETTINGS, { layers: [] }, { id, name: `run ${id}`, createdAt });
const network = { modelTopology: { layers: [] }, weights: { specs: [], data: new ArrayBuffer(8) } };

describe.each<[string, () => Promise<RunStore>]>([
  ['in IndexedDB', () => indexedDbRuns(new IDBFactory())],
  ['in memory', () => Promise.resolve(memoryRuns())],
])('runs %s', (_, open) => {
  it('are listed with the newest first, and changed without touching what another tab has changed', async () => {
    const store = await open();
    await store.put(run('a', '2026-01-01T00:00:00.000Z'));
    await store.put(run('b', '2026-01-02T00:00:00.000Z'));
    expect((await store.list()).map(({ id }) => id)).toEqual(['b', 'a']);
    await store.update('a', { name: 'renamed' });
    await store.update('a', { step: 25 });
    await store.update('gone', { step: 25 });
    expect(await store.list()).toMatchObject([{ id: 'b' }, { id: 'a', name: 'renamed', step: 25 }]);
  });

  it('keep a network each, and lose it with their record', async () => {
    const store = await open();
    const [a, b] = [run('a', '1'), run('b', '2')];
    for (const record of [a, b]) {
      await store.put(record);
      await store.putNetwork(record.id, network);
    }
    await store.remove(a);
    expect(await store.network('a')).toBeUndefined();
    expect((await store.network('b'))?.weights?.data.byteLength).toBe(8);
    expect((await store.list()).map(({ id }) => id)).toEqual(['b']);
  });
});

describe('runs in IndexedDB', () => {
  it('are there when the page is opened again, and those that cannot be read are left out', async () => {
    const factory = new IDBFactory();
    await (await indexedDbRuns(factory)).put(run('a', '1'));
    const again = await indexedDbRuns(factory);
    await again.put({ ...run('b', '2'), history: 3 } as unknown as RunRecord);
    expect(await again.list()).toEqual([run('a', '1')]);
  });

  it('take their checkpoints with them', async () => {
    const factory = new IDBFactory();
    const store = await indexedDbRuns(factory);
    const record = run('a', '1');
    await store.put(record);
    await new Promise((resolve) => (factory.open(record.checkpoints, 1).onsuccess = resolve)).then((event) =>
      (event as { target: IDBOpenDBRequest }).target.result.close(),
    );
    await store.remove(record);
    expect((await factory.databases()).map(({ name }) => name)).toEqual(['googlenet-runs']);
  });
});

describe('the run that an earlier version of the page kept', () => {
  const kept = { settings: DEFAULT_SETTINGS, modelTopology: { a: 1 }, history: emptyHistory(), step: 25 };
  const storageWith = (text: string | null) => {
    const removed: string[] = [];
    return { getItem: () => text, removeItem: (key: string) => void removed.push(key), removed };
  };

  it('becomes a run that can go on from the checkpoints where it had them', async () => {
    const store = await indexedDbRuns(new IDBFactory());
    const storage = storageWith(JSON.stringify({ ...kept, totalSteps: 100 }));
    await adoptEarlierRun(store, storage);
    await adoptEarlierRun(store, storage);
    expect(await store.list()).toMatchObject([
      { ...kept, totalSteps: 100, finished: false, checkpoints: 'googlenet-training' },
    ]);
    expect(storage.removed).toContain('googlenet-run');
  });

  it.each([
    ['nothing', null],
    ['text that is not JSON', '{'],
    ['a run without its network', JSON.stringify({ ...kept, modelTopology: undefined })],
    ['a run of another version', JSON.stringify({ ...kept, history: 3 })],
  ])('is passed over where there is %s', async (_, text) => {
    const store = memoryRuns();
    await adoptEarlierRun(store, storageWith(text));
    expect(await store.list()).toEqual([]);
  });
});

describe('a record', () => {
  it('is none where something that a run needs is missing', () => {
    expect(readRecord(run('a', '1'))).toEqual(run('a', '1'));
    expect(readRecord(undefined)).toBeUndefined();
    expect(readRecord({ ...run('a', '1'), checkpoints: undefined })).toBeUndefined();
  });

  it('gets a name that no other has', () => {
    expect(freeName('First network', [])).toBe('First network');
    expect(freeName('First network', ['First network', 'First network (2)'])).toBe('First network (3)');
  });
});
