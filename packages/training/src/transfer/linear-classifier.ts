import * as tf from '@tensorflow/tfjs-core';
import { yieldToEventLoop } from '../data';
import { hash32 } from '../hash';
import type { Features } from './features';
import { minimize } from './lbfgs';

/** Options of {@link fitLinearClassifier}. */
export interface LinearClassifierOptions {
  /** Default: the largest label and one. */
  numClasses?: number;
  /** One weight a class; default all 1. */
  classWeights?: readonly number[];
  /** Of the folds; default 0. */
  seed?: number;
  signal?: AbortSignal;
}

/** A softmax classifier of features. */
export interface LinearClassifier {
  /** `[width, numClasses]`, row by row. */
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
  /** The strength of the L2 penalty that was chosen. */
  readonly penalty: number;
  /** Mean over held-out images, at that penalty. */
  readonly heldOut: { readonly loss: number; readonly accuracy: number; readonly images: number };
}

const PENALTIES = [1, 0.3, 0.1, 0.03, 0.01, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5];
const FOLDS = 5;
/** Multiplications of one pass above which a single fifth is held out instead of each in turn. */
const LARGE = 2e8;

/**
 * Logistic regression on features, the best linear head of a frozen network: `mean(weight * crossEntropy) + penalty / 2 * |kernel|^2` at its minimum.
 *
 * Features are centred and brought to a mean square norm of 1 first. The penalty is the one of eleven, from 1 to 1e-5, with the lowest
 * loss on held-out images: five folds that keep the classes' shares and all views of an image together (one fold where the data are
 * large). The classifier is then fitted on everything. A function of its arguments alone, up to the engine's rounding.
 * @throws {RangeError} if there are fewer than two classes, a class without images, or features that are not finite.
 */
export async function fitLinearClassifier(
  features: Features,
  options: LinearClassifierOptions = {},
): Promise<LinearClassifier> {
  const { count, width, labels, indices } = features;
  const {
    numClasses = labels.reduce((most, label) => Math.max(most, label + 1), 0),
    seed = 0,
    signal,
  } = options;
  const weights = checkedWeights(features, numClasses, options.classWeights);
  const { values, center, scale } = normalized(features);
  const fold = foldOf(labels, indices, seed);
  const folds = count * width * numClasses > LARGE ? 1 : Math.min(FOLDS, Math.max(...fold) + 1);
  const totals = PENALTIES.map(() => ({ loss: 0, correct: 0, images: 0 }));
  for (let held = 0; held < folds && Math.max(...fold) > 0; held++) {
    const inside = rowsWhere(fold, (f) => f !== held);
    const outside = rowsWhere(fold, (f) => f === held);
    const problem = new Problem(values, labels, weights, width, numClasses, inside);
    const test = new Problem(values, labels, weights, width, numClasses, outside);
    try {
      let point = problem.start();
      for (const [i, penalty] of PENALTIES.entries()) {
        await yieldToEventLoop();
        signal?.throwIfAborted();
        point = await problem.fit(penalty, point);
        const { loss, correct } = await test.score(point);
        totals[i].loss += loss * outside.length;
        totals[i].correct += correct;
        totals[i].images += outside.length;
      }
    } finally {
      problem.dispose();
      test.dispose();
    }
  }
  const best = totals.reduce((least, total, i) => (total.loss < totals[least].loss ? i : least), 0);
  const chosen = totals[0].images === 0 ? PENALTIES.indexOf(0.01) : best;
  const problem = new Problem(
    values,
    labels,
    weights,
    width,
    numClasses,
    rowsWhere(fold, () => true),
  );
  try {
    let point = problem.start();
    for (const penalty of PENALTIES.slice(0, chosen + 1)) {
      await yieldToEventLoop();
      signal?.throwIfAborted();
      point = await problem.fit(penalty, point);
    }
    const { loss, correct, images } = totals[chosen];
    return {
      ...unscaled(point, center, scale, width, numClasses),
      penalty: PENALTIES[chosen],
      heldOut: { loss: loss / images, accuracy: correct / images, images },
    };
  } finally {
    problem.dispose();
  }
}

/** The loss of a linear classifier on some rows, and its minimum. */
class Problem {
  private readonly inputs: tf.Tensor2D;
  private readonly total: number;

  constructor(
    values: Float32Array,
    private readonly labels: Int32Array,
    private readonly weights: readonly number[],
    private readonly width: number,
    private readonly classes: number,
    private readonly rows: readonly number[],
  ) {
    const picked = new Float32Array(rows.length * width);
    rows.forEach((row, i) => picked.set(values.subarray(row * width, (row + 1) * width), i * width));
    this.inputs = tf.tensor2d(picked, [rows.length, width]);
    this.total = rows.reduce((sum, row) => sum + weights[labels[row]], 0);
  }

  start(): Float64Array {
    return new Float64Array((this.width + 1) * this.classes);
  }

  async fit(penalty: number, from: Float64Array): Promise<Float64Array> {
    const objective = async (point: Float64Array) => {
      const { loss, gradient } = await this.evaluate(point);
      let squares = 0;
      for (let i = 0; i < this.width * this.classes; i++) {
        squares += point[i] * point[i];
        gradient[i] += penalty * point[i];
      }
      return { value: loss + (penalty / 2) * squares, gradient };
    };
    return (await minimize(objective, from, { maxSteps: 200, tolerance: 1e-6 })).point;
  }

  /** Unweighted loss and hits: what a person asks for. */
  async score(point: Float64Array): Promise<{ loss: number; correct: number }> {
    const logits = await this.logits(point);
    let [loss, correct] = [0, 0];
    this.rows.forEach((row, i) => {
      const scores = logits.subarray(i * this.classes, (i + 1) * this.classes);
      const { most, sum } = softmaxTotal(scores);
      loss += most + Math.log(sum) - scores[this.labels[row]];
      correct += Number(scores.indexOf(most) === this.labels[row]);
    });
    return { loss: loss / this.rows.length, correct };
  }

  private async logits(point: Float64Array): Promise<Float32Array> {
    const { width, classes } = this;
    const result = tf.tidy(() => {
      const kernel = tf.tensor2d(Float32Array.from(point.subarray(0, width * classes)), [width, classes]);
      const bias = tf.tensor1d(Float32Array.from(point.subarray(width * classes)));
      return tf.add(tf.matMul(this.inputs, kernel), bias);
    });
    try {
      return (await result.data<'float32'>()).slice();
    } finally {
      result.dispose();
    }
  }

  private async evaluate(point: Float64Array): Promise<{ loss: number; gradient: Float64Array }> {
    const { width, classes, total } = this;
    const residual = await this.logits(point);
    const gradient = new Float64Array((width + 1) * classes);
    let loss = 0;
    this.rows.forEach((row, i) => {
      const scores = residual.subarray(i * classes, (i + 1) * classes);
      const label = this.labels[row];
      const weight = this.weights[label] / total;
      const { most, sum } = softmaxTotal(scores);
      loss += weight * (most + Math.log(sum) - scores[label]);
      for (let c = 0; c < classes; c++) {
        const error = weight * (Math.exp(scores[c] - most) / sum - Number(c === label));
        scores[c] = error;
        gradient[width * classes + c] += error;
      }
    });
    const product = tf.tidy(() =>
      tf.matMul(this.inputs, tf.tensor2d(residual, [this.rows.length, classes]), true, false),
    );
    try {
      gradient.set(await product.data());
    } finally {
      product.dispose();
    }
    return { loss, gradient };
  }

  dispose(): void {
    this.inputs.dispose();
  }
}

function softmaxTotal(scores: Float32Array): { most: number; sum: number } {
  const most = scores.reduce((a, b) => Math.max(a, b), -Infinity);
  return { most, sum: scores.reduce((sum, score) => sum + Math.exp(score - most), 0) };
}

function checkedWeights(
  { labels, count, width, values }: Features,
  classes: number,
  given?: readonly number[],
): readonly number[] {
  const bad = (what: string): never => {
    throw new RangeError(`fitLinearClassifier: expected ${what}.`);
  };
  if (values.length !== count * width || labels.length !== count)
    bad(
      `${count} rows of ${width} features and as many labels, got ${values.length} values and ${labels.length} labels`,
    );
  const counts = Array.from({ length: classes }, () => 0);
  for (const label of labels) {
    if (!(label >= 0 && label < classes)) bad(`labels from 0 to ${classes - 1}, got ${label}`);
    counts[label]++;
  }
  if (classes < 2) bad(`two classes at least, got ${classes}`);
  const empty = counts.indexOf(0);
  if (empty >= 0) bad(`images of every class, got none of class ${empty}`);
  if (!values.every(Number.isFinite))
    bad('finite features, got NaN or an infinity. Check the weights of the network');
  const weights = given ?? counts.map(() => 1);
  if (weights.length !== classes || !weights.every((weight) => Number.isFinite(weight) && weight > 0))
    bad(`${classes} positive classWeights, got [${weights.join(', ')}]`);
  return weights;
}

function normalized({ values, count, width }: Features): {
  values: Float32Array;
  center: Float64Array;
  scale: number;
} {
  const center = new Float64Array(width);
  for (let i = 0; i < values.length; i++) center[i % width] += values[i] / count;
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i] - center[i % width]) ** 2;
  const scale = Math.sqrt(squares / count) || 1;
  return { values: values.map((value, i) => (value - center[i % width]) / scale), center, scale };
}

/** A fold for each row: images in seeded order, dealt out class by class. */
function foldOf(labels: Int32Array, indices: Int32Array, seed: number): Int32Array {
  const dealt = new Map<number, number>();
  const images = new Map<number, number>();
  indices.forEach((index, row) => images.set(index, labels[row]));
  const order = [...images.keys()].sort((a, b) => hash32(seed, a) - hash32(seed, b) || a - b);
  const folds = new Map<number, number>();
  for (const index of order) {
    const label = images.get(index) ?? 0;
    const number = dealt.get(label) ?? 0;
    folds.set(index, number % FOLDS);
    dealt.set(label, number + 1);
  }
  return Int32Array.from(indices, (index) => folds.get(index) ?? 0);
}

function rowsWhere(fold: Int32Array, chosen: (fold: number) => boolean): number[] {
  return [...fold.keys()].filter((row) => chosen(fold[row]));
}

/** The kernel and bias for features as they come: `(x - center) / scale * w + b`. */
function unscaled(
  point: Float64Array,
  center: Float64Array,
  scale: number,
  width: number,
  classes: number,
): { kernel: Float32Array; bias: Float32Array } {
  const kernel = Float32Array.from(point.subarray(0, width * classes), (w) => w / scale);
  const bias = Float32Array.from({ length: classes }, (_, c) => {
    let sum = point[width * classes + c];
    for (let i = 0; i < width; i++) sum -= (center[i] * point[i * classes + c]) / scale;
    return sum;
  });
  return { kernel, bias };
}
