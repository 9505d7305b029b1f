import * as tf from '@tensorflow/tfjs-core';
import { memoryStore } from '../checkpoint/checkpoint-store';
import type { TrainConfig } from '../config/config';
import { evaluate } from '../evaluate/evaluate';
import type { TrainEvent } from './events';
import { PauseControl } from './pause';
import {
  collect,
  ofType,
  TinyData,
  tinyModel,
  tinyModelWithHeads,
  useCpu,
  weightValues,
} from '../testing/tiny';
import { train } from './train';

beforeAll(useCpu);

const CONFIG: TrainConfig = {
  epochs: 3,
  batchSize: 8,
  optimizer: { kind: 'adam' },
  schedule: { kind: 'oneCycle', learningRate: 0.02 },
  seed: 11,
};

describe('train', () => {
  it('learns, and tells of steps, epochs, bests and the end in order', async () => {
    const model = tinyModel();
    const events = await collect(
      train({
        model,
        data: new TinyData(60),
        validation: new TinyData(30, 2),
        config: { ...CONFIG, epochs: 8 },
      }),
    );
    const epochs = ofType(events, 'epoch');
    expect(ofType(events, 'step').map((event) => event.step)).toEqual(
      Array.from({ length: 64 }, (_, i) => i + 1),
    );
    expect(epochs.map((event) => [event.epoch, event.step])).toEqual(
      [1, 2, 3, 4, 5, 6, 7, 8].map((epoch) => [epoch, 8 * epoch]),
    );
    expect(epochs.at(-1)!.crossEntropy).toBeLessThan(epochs[0].crossEntropy * 0.6);
    expect(epochs.at(-1)!.validation!.accuracy).toBeGreaterThan(0.9);
    expect(events[0]).toMatchObject({
      type: 'start',
      stepsPerEpoch: 8,
      totalSteps: 64,
      resumed: false,
      trainableParameters: 243,
    });
    expect(events.at(-1)).toMatchObject({
      type: 'done',
      reason: 'completed',
      step: 64,
      epochs: 8,
      weights: 'last',
    });
    expect((await evaluate(model, new TinyData(30, 2))).accuracy).toBe(epochs.at(-1)!.validation!.accuracy);
  });

  it('gives the same weights for the same seed and others for another', async () => {
    const run = async (seed: number): Promise<number[][]> => {
      const model = tinyModel();
      await collect(train({ model, data: new TinyData(30), config: { ...CONFIG, seed, augment: {} } }));
      return weightValues(model);
    };
    const first = await run(1);
    expect(await run(1)).toEqual(first);
    expect(await run(2)).not.toEqual(first);
  });

  it('reports the loss that it minimises: smoothing, auxiliary heads and regularization included', async () => {
    const model = tinyModelWithHeads();
    const data = new TinyData(6);
    const heads: number[] = [];
    for await (const batch of data.batches({ batchSize: 6 })) {
      for (const output of model.predict(tf.tensor(batch.images, [6, 4, 4, 1])) as tf.Tensor[]) {
        const rows = output.arraySync() as number[][];
        const targets = (label: number, i: number): number => (i === label ? 0.8 : 0.1);
        const losses = rows.map(
          (row, r) => -row.reduce((sum, p, i) => sum + targets(batch.labels[r], i) * Math.log(p), 0),
        );
        heads.push(losses.reduce((a, b) => a + b, 0) / 6);
      }
    }
    const [step] = ofType(
      await collect(
        train({
          model,
          data,
          config: { epochs: 1, batchSize: 6, labelSmoothing: 0.3, auxiliaryWeight: 0.5, shuffle: false },
        }),
      ),
      'step',
    );
    expect(step.loss).toBeCloseTo(heads[1] + 0.5 * (heads[0] + heads[2]), 5);
    const penalised = ofType(
      await collect(train({ model: tinyModel({ dropout: 0 }), data, config: { epochs: 1, batchSize: 6 } })),
      'step',
    )[0];
    const kernel = tinyModel({ dropout: 0 }).getWeights()[0];
    expect(penalised.loss - penalised.crossEntropy).toBeCloseTo(
      1e-3 * tf.sum(tf.square(kernel)).dataSync()[0],
      5,
    );
  });

  it('evaluates the main output by its name, wherever it stands', async () => {
    const model = tinyModelWithHeads();
    const events = await collect(
      train({
        model,
        data: new TinyData(48),
        validation: new TinyData(24, 3),
        config: { ...CONFIG, epochs: 4, auxiliaryWeight: 0 },
      }),
    );
    expect(ofType(events, 'epoch').at(-1)!.validation!.accuracy).toBeGreaterThan(0.9);
  });

  it('trains a model that ends in logits exactly as one that ends in a softmax', async () => {
    const [a, b] = [tinyModel(), tinyModel({ softmax: false })];
    await collect(train({ model: a, data: new TinyData(24), config: CONFIG }));
    await collect(train({ model: b, data: new TinyData(24), config: CONFIG }));
    expect(weightValues(a)).toEqual(weightValues(b));
    expect(tf.sum(a.predict(tf.ones([1, 4, 4, 1])) as tf.Tensor).dataSync()[0]).toBeCloseTo(1, 5);
  });

  it('draws another dropout mask at each step and leaves the layer its own seed', async () => {
    const model = tinyModel({ dropout: 0.5 });
    const dropout = model.layers.find((layer) => layer.getClassName() === 'Dropout')! as unknown as {
      seed: number;
    };
    const seeds: number[] = [];
    for await (const event of train({ model, data: new TinyData(32), config: { ...CONFIG, epochs: 1 } })) {
      if (event.type === 'step') seeds.push(dropout.seed);
    }
    expect(new Set(seeds).size).toBe(4);
    expect(dropout.seed).toBe(7);
  });

  it('leaves frozen layers alone, moving statistics included', async () => {
    const model = tinyModel();
    const [conv, norm, , , , dense] = model.layers;
    conv.trainable = false;
    norm.trainable = false;
    const values = (layer: typeof conv): number[][] =>
      layer.getWeights().map((weight) => Array.from(weight.dataSync()));
    const before = [values(conv), values(norm), values(dense)];
    const [start] = await collect(
      train({ model, data: new TinyData(24), config: { ...CONFIG, ema: { decay: 0.9 } } }),
    );
    expect(start).toMatchObject({ trainableParameters: 195 });
    expect([values(conv), values(norm)]).toEqual(before.slice(0, 2));
    expect(values(dense)).not.toEqual(before[2]);
    expect(Object.hasOwn(norm, 'call')).toBe(false);
  });

  it('stops early and gives the best epoch back', async () => {
    const model = tinyModel();
    const validation = new TinyData(30, 2);
    const earlyStopping = { monitor: 'loss', patience: 2 } as const;
    const events = await collect(
      train({
        model,
        data: new TinyData(24),
        validation,
        config: { ...CONFIG, epochs: 40, schedule: { kind: 'constant', learningRate: 0.3 }, earlyStopping },
      }),
    );
    const done = events.at(-1) as Extract<TrainEvent, { type: 'done' }>;
    expect(done).toMatchObject({ type: 'done', reason: 'earlyStopping', weights: 'best' });
    expect(done.epochs).toBe(done.best!.epoch + 2);
    expect((await evaluate(model, validation)).loss).toBeCloseTo(done.best!.value, 6);
    expect(Math.min(...ofType(events, 'epoch').map((event) => event.validation!.loss))).toBe(
      done.best!.value,
    );
  });

  it('ends with the averaged weights, and evaluated those', async () => {
    const model = tinyModel();
    const validation = new TinyData(30, 2);
    const events = await collect(
      train({ model, data: new TinyData(32), validation, config: { ...CONFIG, ema: { decay: 0.9 } } }),
    );
    expect(events.at(-1)).toMatchObject({ type: 'done', weights: 'ema' });
    expect((await evaluate(model, validation)).loss).toBeCloseTo(
      ofType(events, 'epoch').at(-1)!.validation!.loss,
      6,
    );
    const raw = tinyModel();
    await collect(train({ model: raw, data: new TinyData(32), config: CONFIG }));
    expect(weightValues(raw)).not.toEqual(weightValues(model));
  });

  it('clips the gradients and says how long they were', async () => {
    const steps = async (clipNorm: number): Promise<number[]> => {
      const sgd = {
        ...CONFIG,
        clipNorm,
        optimizer: { kind: 'sgd', momentum: 0 },
        schedule: { kind: 'constant', learningRate: 1 },
        epochs: 1,
      } as const;
      const model = tinyModel({ dropout: 0 });
      const before = weightValues(model).slice(0, 6).flat();
      const events = ofType(await collect(train({ model, data: new TinyData(8), config: sgd })), 'step');
      const after = weightValues(model).slice(0, 6).flat();
      return [events[0].gradientNorm!, Math.hypot(...after.map((value, i) => value - before[i]))];
    };
    const [norm, moved] = (await steps(0.01)) as [number, number];
    expect(norm).toBeGreaterThan(0.1);
    expect(moved).toBeCloseTo(0.01, 5);
    const [same, whole] = (await steps(1e6)) as [number, number];
    expect(same).toBeCloseTo(norm, 6);
    expect(whole).toBeCloseTo(norm, 5);
  });

  it('stops at a loss that is not finite, with the weights and the checkpoint from before', async () => {
    const store = memoryStore();
    const model = tinyModel();
    const data = new TinyData(32, 1, (images, step) => {
      if (step === 6) images[0] = NaN;
    });
    let before: number[][] = [];
    const run = async (): Promise<void> => {
      for await (const event of train({ model, data, config: CONFIG, store }))
        if (event.type === 'step') before = weightValues(model);
    };
    await expect(run()).rejects.toMatchObject({ code: 'NON_FINITE_LOSS', step: 7, lastCheckpointStep: 4 });
    await expect(
      collect(train({ model: tinyModel(), data, config: CONFIG, store, resume: true })),
    ).rejects.toThrow(
      'train(step 7): expected a finite loss, got NaN. The checkpoint of step 4 is intact. Lower the learning rate',
    );
    expect(weightValues(model)).toEqual(before);
    expect((await store.latest()).checkpoint!.header.state.step).toBe(4);
  });

  it('pauses between two steps and goes on', async () => {
    const pause = new PauseControl();
    const order: string[] = [];
    for await (const event of train({
      model: tinyModel(),
      data: new TinyData(32),
      config: { ...CONFIG, epochs: 1 },
      pause,
    })) {
      order.push(event.type);
      if (event.type === 'step' && event.step === 2) pause.pause();
      if (event.type === 'paused') setTimeout(() => pause.resume(), 5);
    }
    expect(order).toEqual([
      'start',
      'step',
      'step',
      'paused',
      'resumed',
      'step',
      'step',
      'epoch',
      'best',
      'done',
    ]);
  });

  it('ends a paused run that is aborted', async () => {
    const pause = new PauseControl();
    const abort = new AbortController();
    const order: string[] = [];
    pause.pause();
    for await (const event of train({
      model: tinyModel(),
      data: new TinyData(32),
      config: CONFIG,
      pause,
      signal: abort.signal,
    })) {
      order.push(event.type);
      if (event.type === 'paused') setTimeout(() => abort.abort('closed'), 5);
    }
    expect(order).toEqual(['start', 'step', 'paused', 'aborted']);
  });

  it('keeps the number of tensors flat over 200 steps, and frees all of its own', async () => {
    const model = tinyModel();
    const before = tf.memory().numTensors;
    const counts = new Set<number>();
    const full = {
      ...CONFIG,
      epochs: 50,
      clipNorm: 1,
      ema: { decay: 0.9 },
      labelSmoothing: 0.1,
      earlyStopping: { restoreBest: true },
      checkpointEverySteps: 3,
    };
    for await (const event of train({
      model,
      data: new TinyData(30),
      validation: new TinyData(6, 2),
      config: full,
      store: memoryStore(),
    })) {
      if (event.type === 'step') counts.add(tf.memory().numTensors);
    }
    expect(counts.size).toBe(1);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('frees everything when the loop is left', async () => {
    const model = tinyModel();
    const before = tf.memory().numTensors;
    for await (const event of train({
      model,
      data: new TinyData(32),
      config: { ...CONFIG, ema: { decay: 0.9 } },
    })) {
      if (event.type === 'step' && event.step === 3) break;
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it('tells how long each step waited for its batch', async () => {
    const quick = new TinyData(16);
    const slow = {
      size: 16,
      async *batches(request: Parameters<TinyData['batches']>[0]) {
        for await (const batch of quick.batches(request)) {
          await new Promise((resolve) => setTimeout(resolve, 40));
          yield batch;
        }
      },
    };
    for (const [data, least] of [
      [slow, 38],
      [quick, 0],
    ] as const) {
      const events = await collect(train({ model: tinyModel(), data, config: { ...CONFIG, epochs: 1 } }));
      for (const { dataMs, durationMs } of ofType(events, 'step')) {
        expect(dataMs).toBeGreaterThanOrEqual(least);
        expect(dataMs).toBeLessThan(durationMs);
      }
    }
  });

  it('rejects labels that are no class, models without a classifier end, and models without trainable weights', async () => {
    const two = tinyModel();
    two.layers.forEach((layer) => (layer.trainable = false));
    await expect(collect(train({ model: two, data: new TinyData(8), config: CONFIG }))).rejects.toThrow(
      /expected trainable weights, got none/,
    );
    const wrong = new TinyData(8);
    const relabelled = {
      size: 8,
      async *batches(request: Parameters<TinyData['batches']>[0]) {
        for await (const batch of wrong.batches(request))
          yield { ...batch, labels: batch.labels.map(() => 5) };
      },
    };
    const before = tf.memory().numTensors;
    const model = tinyModel();
    const weights = tf.memory().numTensors - before;
    await expect(collect(train({ model, data: relabelled, config: CONFIG }))).rejects.toThrow(
      'expected classes from 0 to 2, got 5',
    );
    expect(tf.memory().numTensors).toBe(before + weights);
    await expect(
      collect(train({ model, data: new TinyData(4), config: { ...CONFIG, dropRemainder: true } })),
    ).rejects.toThrow(/at least one batch of 8, got 4/);
  });
});
