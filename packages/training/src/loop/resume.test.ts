import * as tf from '@tensorflow/tfjs-core';
import { checkpointStore, type CheckpointStore, memoryStore } from '../checkpoint/checkpoint-store';
import type { TrainConfig } from '../config/config';
import type { TrainEvent } from './events';
import { hash32 } from '../hash';
import { TestFiles } from '../testing/files';
import { collect, ofType, TinyData, tinyModel, useCpu, weightValues } from '../testing/tiny';
import { train } from './train';

beforeAll(useCpu);

/** Everything that has state at once: 2 epochs of 4 steps. */
const CONFIG: TrainConfig = {
  epochs: 2,
  batchSize: 8,
  optimizer: { kind: 'adamw', weightDecay: 0.01 },
  schedule: { kind: 'oneCycle', learningRate: 0.05 },
  ema: { decay: 0.9 },
  earlyStopping: { monitor: 'accuracy', restoreBest: false },
  clipNorm: 1,
  labelSmoothing: 0.1,
  augment: {},
  seed: 5,
  checkpointEverySteps: 3,
};
const data = new TinyData(28);
const validation = new TinyData(9, 2);

function run(store: CheckpointStore, model = tinyModel(), signal?: AbortSignal): AsyncGenerator<TrainEvent> {
  return train({
    model,
    data,
    validation,
    config: CONFIG,
    store,
    resume: true,
    ...(signal ? { signal } : {}),
  });
}

interface Outcome {
  weights: number[][];
  epochs: object[];
  done: object;
}

/** Resumes with a fresh model until the end. */
async function finish(store: CheckpointStore): Promise<Outcome> {
  const model = tinyModel();
  return outcome(model, await collect(run(store, model)));
}

function outcome(model: ReturnType<typeof tinyModel>, events: TrainEvent[]): Outcome {
  const done = ofType(events, 'done')[0];
  const untimed = ofType(events, 'epoch').map(
    ({ durationMs: _, imagesPerSecond: __, validation: v, ...rest }) => ({
      ...rest,
      validation: v && { ...v, durationMs: 0 },
    }),
  );
  return { weights: weightValues(model), epochs: untimed, done };
}

let whole: Outcome;
beforeAll(async () => {
  const model = tinyModel();
  whole = outcome(model, await collect(run(memoryStore(), model)));
  expect(whole.done).toMatchObject({ type: 'done', step: 8, weights: 'ema' });
});

describe('a resumed run', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'equals an uninterrupted one when it was aborted after step %d',
    async (step) => {
      const store = memoryStore();
      const abort = new AbortController();
      const events: TrainEvent[] = [];
      for await (const event of run(store, tinyModel(), abort.signal)) {
        events.push(event);
        if (event.type === 'step' && event.step === step) abort.abort('test');
      }
      expect(events.at(-1)).toEqual({ type: 'aborted', step, reason: 'test', saved: true });
      const resumed = await finish(store);
      expect(resumed.weights).toEqual(whole.weights);
      expect(resumed.done).toEqual(whole.done);
      expect(resumed.epochs).toEqual(whole.epochs.slice(-resumed.epochs.length));
    },
  );

  it('equals an uninterrupted one when it died at any event, without a chance to save', async () => {
    const { length } = await collect(run(memoryStore()));
    for (let deadline = 1; deadline < length; deadline += 1 + (hash32(3, deadline) % 5)) {
      const store = memoryStore();
      let count = 0;
      for await (const _ of run(store)) if (++count === deadline) break;
      expect((await finish(store)).weights).toEqual(whole.weights);
    }
  });

  it('equals an uninterrupted one when it died several times', async () => {
    const store = memoryStore();
    for (const deadline of [3, 1, 4, 2, 6, 5]) {
      let count = 0;
      for await (const _ of run(store)) if (++count === deadline) break;
    }
    expect((await finish(store)).weights).toEqual(whole.weights);
  });

  it('equals an uninterrupted one when any write failed', async () => {
    const counter = new TestFiles();
    await collect(run(checkpointStore(counter)));
    expect(counter.writes).toBeGreaterThan(5);
    for (let failing = 1; failing <= counter.writes; failing++) {
      const files = new TestFiles((count) => {
        if (count === failing) throw new Error('disk full');
      });
      await expect(collect(run(checkpointStore(files)))).rejects.toThrow('disk full');
      expect((await finish(checkpointStore(files))).weights).toEqual(whole.weights);
    }
  });

  it('takes the previous checkpoint when the newest is torn, and says so', async () => {
    for (const share of [0, 0.001, 0.5, 0.999]) {
      const files = new TestFiles();
      for await (const event of run(checkpointStore(files)))
        if (event.type === 'checkpoint' && event.step === 6) break;
      const [newest] = files.steps();
      files.tear(newest, share);
      const model = tinyModel();
      const events = await collect(run(checkpointStore(files), model));
      expect(events[0]).toMatchObject({ type: 'start', step: 4, resumed: true, damaged: [{ name: newest }] });
      expect(weightValues(model)).toEqual(whole.weights);
    }
  });

  it('goes on with the best epoch so far, and stops early where the whole run would', async () => {
    const early: TrainConfig = {
      ...CONFIG,
      epochs: 12,
      schedule: { kind: 'constant', learningRate: 0.3 },
      earlyStopping: { monitor: 'loss', patience: 2 },
    };
    const reference = tinyModel();
    const model = tinyModel();
    const options = { data, validation, config: early };
    const expected = (await collect(train({ ...options, model: reference, store: memoryStore() }))).at(-1);
    const store = memoryStore();
    for await (const event of train({ ...options, model: tinyModel(), store }))
      if (event.type === 'best') break;
    for await (const event of train({ ...options, model: tinyModel(), store, resume: true }))
      if (event.type === 'step' && event.batch === 2) break;
    expect((await collect(train({ ...options, model, store, resume: true }))).at(-1)).toEqual(expected);
    expect(expected).toMatchObject({ reason: 'earlyStopping', weights: 'best' });
    expect(weightValues(model)).toEqual(weightValues(reference));
  });

  it('has nothing left to do when the run was done', async () => {
    const store = memoryStore();
    await collect(run(store));
    const model = tinyModel();
    const events = await collect(run(store, model));
    expect(events.map((event) => event.type)).toEqual(['start', 'done']);
    expect(weightValues(model)).toEqual(whole.weights);
  });

  it('goes on for more epochs than it was begun with', async () => {
    const options = { data, validation, store: memoryStore(), resume: true };
    const steady: TrainConfig = { ...CONFIG, schedule: { kind: 'constant', learningRate: 0.02 } };
    await collect(train({ ...options, model: tinyModel(), config: steady }));
    const longer = tinyModel();
    const events = await collect(train({ ...options, model: longer, config: { ...steady, epochs: 3 } }));
    expect(ofType(events, 'step').map((event) => event.step)).toEqual([9, 10, 11, 12]);
    const reference = tinyModel();
    await collect(
      train({ ...options, model: reference, store: memoryStore(), config: { ...steady, epochs: 3 } }),
    );
    expect(weightValues(longer)).toEqual(weightValues(reference));
  });

  it('starts anew in an empty store', async () => {
    const [start] = await collect(run(memoryStore()));
    expect(start).toMatchObject({ type: 'start', resumed: false, step: 0 });
  });
});

describe('a store', () => {
  it('keeps the last two checkpoints and the best', async () => {
    const files = new TestFiles();
    await collect(run(checkpointStore(files)));
    expect([...files.content.keys()].sort()).toEqual([
      'best.ckpt',
      'step-000000006.ckpt',
      'step-000000008.ckpt',
    ]);
  });

  it('with checkpoints is refused unless the run is to be resumed', async () => {
    const store = memoryStore();
    await collect(run(store));
    const again = collect(train({ model: tinyModel(), data, config: CONFIG, store }));
    await expect(again).rejects.toMatchObject({
      code: 'EXISTS',
      message:
        'train(store): expected an empty store, got one with checkpoints. Pass resume: true, clear() it, or use another.',
    });
    await store.clear();
    expect((await collect(train({ model: tinyModel(), data, config: CONFIG, store }))).at(-1)).toMatchObject({
      type: 'done',
    });
  });

  it('with nothing but damaged checkpoints is refused', async () => {
    const files = new TestFiles();
    await collect(run(checkpointStore(files)));
    for (const name of files.steps()) files.tear(name, 0.5);
    await expect(collect(run(checkpointStore(files)))).rejects.toMatchObject({ code: 'DAMAGED' });
    expect(files.steps()).toHaveLength(2);
  });

  it.each<[string, Partial<TrainConfig>, RegExp]>([
    ['seed', { seed: 6 }, /\(seed 5, now 6\)/],
    ['batch size', { batchSize: 7 }, /\(batchSize 8, now 7\)/],
    ['optimizer', { optimizer: { kind: 'sgd' } }, /\(optimizer adamw, now sgd\)/],
    ['average', { ema: undefined }, /\(ema true, now false\)/],
  ])('of a run with another %s is refused', async (_, change, message) => {
    const store = memoryStore();
    await collect(run(store));
    const before = tf.memory().numTensors;
    const model = tinyModel();
    const other = collect(train({ model, data, config: { ...CONFIG, ...change }, store, resume: true }));
    await expect(other).rejects.toMatchObject({ code: 'MISMATCH', message: expect.stringMatching(message) });
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each<[string, Partial<TrainConfig>, RegExp]>([
    ['clipping', { clipNorm: 2 }, /\(clipNorm 1, now 2\)/],
    [
      'learning rate',
      { schedule: { kind: 'oneCycle', learningRate: 0.06 } },
      /\(schedule \{"kind":"oneCycle","learningRate":0\.05\}, now \{"kind":"oneCycle","learningRate":0\.06\}\)/,
    ],
    ['augmentation', { augment: { shift: 1 } }, /\(augment \{\}, now \{"shift":1\}\)/],
    ['monitor', { earlyStopping: { monitor: 'loss', restoreBest: false } }, /\(earlyStopping \{/],
  ])('of a run with another %s is refused, unless the change is named', async (_, change, message) => {
    const store = memoryStore();
    for await (const event of run(store)) if (event.type === 'checkpoint' && event.step === 3) break;
    const options = { data, validation, config: { ...CONFIG, ...change }, store, resume: true };
    const refused = collect(train({ ...options, model: tinyModel() }));
    await expect(refused).rejects.toMatchObject({
      code: 'MISMATCH',
      message: expect.stringMatching(message) as string,
    });
    const named = train({ ...options, model: tinyModel(), allowChanges: Object.keys(change) });
    expect((await collect(named)).at(-1)).toMatchObject({ type: 'done', step: 8 });
  });

  it('of other images or another model of the same shapes is refused by their fingerprints', async () => {
    const options = { data, validation, config: CONFIG, store: memoryStore(), resume: true };
    const first = train({
      ...options,
      model: tinyModel(),
      fingerprint: { images: 'a1', model: 'dropout 0.1' },
    });
    for await (const event of first) if (event.type === 'checkpoint' && event.step === 3) break;
    const fingerprint = { images: 'b2', model: 'dropout 0.2' };
    await expect(collect(train({ ...options, model: tinyModel(), fingerprint }))).rejects.toThrow(
      /\(images a1, now b2; model dropout 0\.1, now dropout 0\.2\)/,
    );
    const allowChanges = ['images', 'model'];
    const events = await collect(train({ ...options, model: tinyModel(), fingerprint, allowChanges }));
    expect(events.at(-1)).toMatchObject({ type: 'done' });
  });

  describe('that has lost the best epoch', () => {
    const early: TrainConfig = { ...CONFIG, earlyStopping: { monitor: 'loss' } };
    const damages: [string, (files: TestFiles) => void, RegExp][] = [
      [
        'missing',
        (files) => files.content.delete('best.ckpt'),
        /, got none\. The newest checkpoint is intact/,
      ],
      ['damaged', (files) => files.tear('best.ckpt', 0.5), /, got damaged ones \(decodeCheckpoint/],
    ];

    it.each(damages)('(%s) says so at the end, and keeps the last state', async (_, damage, message) => {
      const files = new TestFiles();
      const store = checkpointStore(files);
      const options = { data, validation, config: early, store, resume: true };
      const events = async () => {
        for await (const event of train({ ...options, model: tinyModel() }))
          if (event.type === 'checkpoint' && event.step === 8) damage(files);
      };
      await expect(events()).rejects.toMatchObject({
        code: 'DAMAGED',
        message: expect.stringMatching(message) as string,
      });
      expect(files.steps()[0]).toBe('step-000000008.ckpt');
      // And at the start of the next stretch, not after it.
      await expect(collect(train({ ...options, model: tinyModel() }))).rejects.toThrow(message);
      const last: TrainConfig = { ...early, earlyStopping: { monitor: 'loss', restoreBest: false } };
      const resumed = train({
        ...options,
        model: tinyModel(),
        config: last,
        allowChanges: ['earlyStopping'],
      });
      expect((await collect(resumed)).at(-1)).toMatchObject({ type: 'done', weights: 'ema' });
    });
  });

  it('of another model or dataset is refused', async () => {
    const store = memoryStore();
    await collect(run(store));
    const bigger = collect(
      train({ model: tinyModel(), data: new TinyData(29), config: CONFIG, store, resume: true }),
    );
    await expect(bigger).rejects.toThrow(/dataset size 28, now 29/);
    const { conv2d, dense, flatten } = await import('@tensorflow/tfjs-layers').then((tfl) => tfl.layers);
    const { sequential } = await import('@tensorflow/tfjs-layers');
    const model = sequential({
      layers: [conv2d({ inputShape: [4, 4, 1], filters: 5, kernelSize: 3 }), flatten(), dense({ units: 3 })],
    });
    await expect(collect(run(store, model))).rejects.toThrow(
      /expected 4 tensors in the checkpoint's weights, got 8. Build the same model/,
    );
  });
});
