import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { Checkpoint, CheckpointTensor, TrainState } from './checkpoint';
import type { ResolvedTrainConfig } from './config';
import type { TrainingBatch } from './data';
import { WeightAverage } from './ema';
import { CheckpointError, NonFiniteLossError } from './errors';
import { mainOutput, runForLogits } from './heads';
import { clipByGlobalNorm, smoothedTargets, softmaxCrossEntropy } from './losses';
import { argMaxRows, crossEntropyRows } from './metrics';
import { createOptimizer, type Optimizer } from './optimizers';
import { createReseeder, runFrozenLayersInInference } from './reseed';
import { leafLayers, modelWeights, ownData, readValues, type Weight, writeValues } from './weights';

/** The numbers of one step. */
export interface StepResult {
  loss: number;
  crossEntropy: number;
  correct: number;
  gradientNorm?: number;
}

/** A model in training: one step at a time, with all the state that a checkpoint holds. Knows nothing of epochs' order or events. */
export class TrainingSession {
  readonly state: TrainState = {
    step: 0,
    epoch: 0,
    batch: 0,
    totals: emptyTotals(),
    best: null,
    epochsSinceBest: 0,
  };
  /** The step of the last checkpoint that was saved or restored. */
  lastCheckpointStep: number | undefined;
  private readonly weights: Weight[];
  private readonly parameters: Weight[];
  private readonly optimizer: Optimizer;
  private readonly ema: WeightAverage | undefined;
  private readonly reseeder: ReturnType<typeof createReseeder>;
  private readonly thawFrozenLayers: () => void;

  /** @throws {RangeError} if the model has no trainable weight. */
  constructor(
    private readonly model: tfl.LayersModel,
    private readonly config: ResolvedTrainConfig,
    private readonly dataSize: number,
  ) {
    this.weights = modelWeights(model);
    this.parameters = this.weights.filter((weight) => weight.trainable);
    if (this.parameters.length === 0) {
      throw new RangeError(
        `train(model): expected trainable weights, got none in "${model.name}". Set layer.trainable = true.`,
      );
    }
    ownData(this.parameters.map(({ variable }) => variable));
    this.optimizer = createOptimizer(config.optimizer, this.parameters);
    const live = this.weights.filter((weight) => weight.live);
    this.ema = config.ema ? new WeightAverage(config.ema, live) : undefined;
    this.reseeder = createReseeder(model, config.seed);
    this.thawFrozenLayers = runFrozenLayersInInference(model);
  }

  /** Number of single weights that are trained. */
  get trainableParameters(): number {
    return this.parameters.reduce((sum, { variable }) => sum + variable.size, 0);
  }

  /**
   * One forward and backward pass and one update.
   *
   * @throws {NonFiniteLossError} before the update; all weights, moving statistics included, are as they were before the step.
   */
  async step(batch: TrainingBatch, learningRate: number): Promise<StepResult> {
    const { state, config } = this;
    const number = state.step + 1;
    this.reseeder.seedStep(state.step);
    const moving = this.weights
      .filter(({ live, trainable }) => live && !trainable)
      .map(({ variable }) => variable);
    const movingBefore = moving.map((variable) => tf.clone(variable));
    const owned: (tf.Tensor | null)[] = [...movingBefore];
    try {
      const { loss, logits, gradients } = this.gradients(batch);
      owned.push(loss, logits, ...gradients);
      let applied = gradients;
      let norm: tf.Scalar | undefined;
      if (config.clipNorm !== undefined) {
        ({ clipped: applied, norm } = clipByGlobalNorm(gradients, config.clipNorm));
        owned.push(norm, ...applied);
      }
      const [[lossValue = NaN], logitValues, [gradientNorm] = []] = await Promise.all([
        loss.data(),
        logits.data<'float32'>(),
        norm?.data(),
      ]);
      if (!Number.isFinite(lossValue))
        throw new NonFiniteLossError(number, 'loss', lossValue, this.lastCheckpointStep);
      if (gradientNorm !== undefined && !Number.isFinite(gradientNorm)) {
        throw new NonFiniteLossError(number, 'gradient norm', gradientNorm, this.lastCheckpointStep);
      }
      this.optimizer.apply(applied, learningRate);
      this.ema?.update(number);
      const classes = logits.shape[1];
      const crossEntropies = crossEntropyRows(logitValues, batch.labels, classes);
      const predicted = argMaxRows(logitValues, classes);
      const result = {
        loss: lossValue,
        crossEntropy: crossEntropies.reduce((a, b) => a + b, 0) / batch.labels.length,
        correct: predicted.reduce((sum, guess, i) => sum + Number(guess === batch.labels[i]), 0),
        ...(gradientNorm === undefined ? {} : { gradientNorm }),
      };
      this.count(result, batch.labels.length);
      return result;
    } catch (error) {
      moving.forEach((variable, i) => variable.assign(movingBefore[i]));
      throw error;
    } finally {
      for (const tensor of owned) tensor?.dispose();
    }
  }

  private count({ loss, crossEntropy, correct }: StepResult, images: number): void {
    const { state } = this;
    state.step++;
    state.batch++;
    state.totals.images += images;
    state.totals.loss += loss * images;
    state.totals.crossEntropy += crossEntropy * images;
    state.totals.correct += correct;
  }

  private gradients(batch: TrainingBatch): {
    loss: tf.Scalar;
    logits: tf.Tensor2D;
    gradients: (tf.Tensor | null)[];
  } {
    const { model, config } = this;
    const main = mainOutput(model);
    // Made before the tape starts: an error inside it would leave the tape's tensors behind.
    const targets = model.outputs.map(({ shape }) => {
      const classes = shape.at(-1) as number;
      return smoothedTargets(batch.labels, classes, config.labelSmoothing);
    });
    const images = tf.tensor(batch.images, [...batch.shape]);
    let logits: tf.Tensor | undefined;
    try {
      const { value, grads } = tf.variableGrads(
        () => {
          const heads = runForLogits(model, images, true);
          const losses = heads.map((head, index) => {
            const loss = softmaxCrossEntropy(head, tf.tensor2d(targets[index], head.shape));
            return index === main ? loss : tf.mul(loss, config.auxiliaryWeight);
          });
          const penalties = leafLayers(model).flatMap(({ layer }) => layer.calculateLosses());
          logits = tf.keep<tf.Tensor>(tf.clone(heads[main]));
          return tf.addN<tf.Scalar>([...losses, ...penalties].map((loss) => tf.reshape(loss, [])));
        },
        this.parameters.map(({ variable }) => variable),
      );
      const gradients = this.parameters.map(({ variable }) => grads[variable.name] ?? null);
      return { loss: value, logits: logits as tf.Tensor2D, gradients };
    } catch (error) {
      logits?.dispose();
      throw error;
    } finally {
      images.dispose();
    }
  }

  /** Runs something on the weights that the run would end with: the averaged ones where there is an EMA. */
  async onInferenceWeights<T>(action: () => Promise<T>): Promise<T> {
    const restore = this.ema?.swapIn();
    try {
      return await action();
    } finally {
      restore?.();
    }
  }

  /** Leaves the averaged weights in the model. @returns whether there are any. */
  adoptAverage(): boolean {
    this.ema?.swapInForGood();
    return this.ema !== undefined;
  }

  /** The whole state. @throws {NonFiniteLossError} rather than to keep a broken weight. */
  async capture(): Promise<Checkpoint> {
    const live = this.weights.filter((weight) => weight.live);
    const tensors = await this.read(
      'weights',
      this.weights,
      this.weights.map(({ variable }) => variable),
    );
    for (const [slot, variables] of Object.entries(this.optimizer.slots))
      tensors.push(...(await this.read(slot, this.parameters, variables)));
    if (this.ema) tensors.push(...(await this.read('ema', live, this.ema.averages)));
    return { header: this.header('state'), tensors };
  }

  /** The weights that the model holds at the moment, alone. */
  async captureWeights(): Promise<Checkpoint> {
    const variables = this.weights.map(({ variable }) => variable);
    return { header: this.header('best'), tensors: await this.read('weights', this.weights, variables) };
  }

  /** Takes up the state of a checkpoint. @throws {CheckpointError} with code `MISMATCH` if it is of another run. */
  restore(checkpoint: Checkpoint): void {
    this.checkSameRun(checkpoint);
    this.restoreWeights(checkpoint);
    for (const [slot, variables] of Object.entries(this.optimizer.slots))
      write(checkpoint, slot, this.parameters, variables);
    const live = this.weights.filter((weight) => weight.live);
    if (this.ema) write(checkpoint, 'ema', live, this.ema.averages);
    Object.assign(this.state, structuredClone(checkpoint.header.state));
    this.optimizer.step = this.state.step;
    this.lastCheckpointStep = this.state.step;
  }

  /** Takes up a checkpoint's weights and nothing else. */
  restoreWeights(checkpoint: Checkpoint): void {
    const variables = this.weights.map(({ variable }) => variable);
    write(checkpoint, 'weights', this.weights, variables);
  }

  private header(kind: 'state' | 'best'): Checkpoint['header'] {
    return { kind, state: structuredClone(this.state), config: this.config, dataSize: this.dataSize };
  }

  private async read(
    group: string,
    weights: readonly Weight[],
    variables: readonly tf.Variable[],
  ): Promise<CheckpointTensor[]> {
    const tensors: CheckpointTensor[] = [];
    for (const [i, variable] of variables.entries()) {
      const { name } = weights[i];
      const values = await readValues(variable);
      const broken = values.find((value) => !Number.isFinite(value));
      if (broken !== undefined)
        throw new NonFiniteLossError(
          this.state.step,
          `value of ${group} "${name}"`,
          broken,
          this.lastCheckpointStep,
        );
      tensors.push({ group, name, shape: [...variable.shape], values });
    }
    return tensors;
  }

  private checkSameRun({ header }: Checkpoint): void {
    const { config } = this;
    const facts: [string, unknown, unknown][] = [
      ['dataset size', header.dataSize, this.dataSize],
      ...(['seed', 'batchSize', 'shuffle', 'dropRemainder'] as const).map(
        (key): [string, unknown, unknown] => [key, header.config[key], config[key]],
      ),
      ['optimizer', header.config.optimizer.kind, config.optimizer.kind],
      ['ema', header.config.ema !== undefined, config.ema !== undefined],
    ];
    const different = facts.filter(([, then, now]) => then !== now);
    if (different.length === 0) return;
    const list = different
      .map(([name, then, now]) => `${name} ${String(then)}, now ${String(now)}`)
      .join('; ');
    throw new CheckpointError(
      'MISMATCH',
      `train(resume): expected the run that the checkpoint is of (${list}). Use the same data and config, or a new store.`,
    );
  }

  /** Gives the model's layers back as they were and frees all tensors of the session; the model's weights stay. */
  dispose(): void {
    this.optimizer.dispose();
    this.ema?.dispose();
    this.reseeder.restore();
    this.thawFrozenLayers();
  }
}

/** Sums of an epoch that has not begun. */
export function emptyTotals(): TrainState['totals'] {
  return { images: 0, loss: 0, crossEntropy: 0, correct: 0, durationMs: 0 };
}

function write(
  checkpoint: Checkpoint,
  group: string,
  weights: readonly Weight[],
  variables: readonly tf.Variable[],
): void {
  const tensors = checkpoint.tensors.filter((tensor) => tensor.group === group);
  const mismatch = (expected: string, got: string): CheckpointError =>
    new CheckpointError(
      'MISMATCH',
      `train(resume): expected ${expected} in the checkpoint's ${group}, got ${got}. Build the same model as before.`,
    );
  if (tensors.length !== variables.length)
    throw mismatch(`${variables.length} tensors`, String(tensors.length));
  variables.forEach((variable, i) => {
    const { shape, name } = tensors[i];
    if (shape.join() !== variable.shape.join()) {
      throw mismatch(
        `[${variable.shape.join(', ')}] for "${weights[i].name}"`,
        `[${shape.join(', ')}] of "${name}"`,
      );
    }
  });
  variables.forEach((variable, i) => writeValues(variable, tensors[i].values));
}
