import { IDBFactory } from 'fake-indexeddb';
import { indexedDbStore } from './indexed-db-store';
import { collect, TinyData, tinyModel, useCpu, weightValues } from '../testing/tiny';
import { train } from '../loop/train';

beforeAll(useCpu);

const CONFIG = { epochs: 2, batchSize: 8, seed: 1 };

describe('indexedDbStore', () => {
  it('resumes a run in a page that was closed', async () => {
    const factory = new IDBFactory();
    const whole = tinyModel();
    await collect(train({ model: whole, data: new TinyData(16), config: CONFIG }));
    for await (const event of train({
      model: tinyModel(),
      data: new TinyData(16),
      config: CONFIG,
      store: indexedDbStore('run', factory),
    })) {
      if (event.type === 'step' && event.step === 3) break;
    }
    const model = tinyModel();
    const events = await collect(
      train({
        model,
        data: new TinyData(16),
        config: CONFIG,
        store: indexedDbStore('run', factory),
        resume: true,
      }),
    );
    expect(events[0]).toMatchObject({ resumed: true, step: 2 });
    expect(weightValues(model)).toEqual(weightValues(whole));
  });

  it('keeps runs of different names apart, and clears', async () => {
    const factory = new IDBFactory();
    const [a, b] = [indexedDbStore('a', factory), indexedDbStore('b', factory)];
    await collect(train({ model: tinyModel(), data: new TinyData(16), config: CONFIG, store: a }));
    expect((await b.latest()).checkpoint).toBeUndefined();
    expect((await a.latest()).checkpoint?.header.state.step).toBe(4);
    expect((await a.best())?.header.kind).toBe('best');
    await a.clear();
    expect((await a.latest()).checkpoint).toBeUndefined();
    expect(await a.best()).toBeUndefined();
  });

  it('says what to do where there is no IndexedDB', () => {
    expect(() => indexedDbStore('run', undefined)).toThrow(
      'indexedDbStore(): expected a browser with IndexedDB, got none. Use memoryStore()',
    );
  });
});
