import * as tfl from '@tensorflow/tfjs-layers';
import type { Features } from '../transfer/features';

/** Where some kinds of pictures lie in the space of features. */
interface Clusters {
  /** Mean features of each kind, `[kinds, width]`: bfloat16, little-endian, base64. */
  means: string;
  /** The lower triangle, row by row, of the matrix that makes features uncorrelated with variance 1 within the kinds; in the same form. */
  whitening: string;
}

/** What tells pictures unlike all that a network was trained on: plain JSON, to be stored beside the model. */
export interface OutlierRule extends Clusters {
  /** The layer whose features it is about; their mean over the plane where the layer has one. */
  layer: string;
  classes: number;
  width: number;
  /** Kinds of pictures to be doubted, if such were known: likeness to them speaks for doubt. */
  unlike?: Clusters & { kinds: number };
  /** The largest distance of a picture that is not doubted. */
  limit: number;
}

/** Options of {@link fitOutlierRule}. */
export interface OutlierRuleOptions {
  layer: string;
  classes: number;
  /** Features of training images, which give means and covariance. */
  training: Features;
  /** Features of images that the network was not trained on, which give the limit. */
  validation: Features;
  /** Features of pictures that are to be doubted, labelled by their kind; default none. */
  unlike?: Features;
  /** The part of the validation images that the limit leaves out; default 0.015. */
  doubted?: number;
}

/**
 * The features of one layer, for {@link fitOutlierRule}: their mean over the plane where they have one.
 *
 * @returns a view of the same layers and weights with the output `[batch, width]`; it need not be disposed.
 * @throws {RangeError} if the model has no layer of that name.
 */
export function pooledFeatures(model: tfl.LayersModel, layer: string): tfl.LayersModel {
  const found = model.layers.find(({ name }) => name === layer);
  if (!found) {
    throw new RangeError(
      `pooledFeatures(${layer}): expected the name of a layer, got none of this model's ${model.layers.length}. Choose another layer.`,
    );
  }
  const output = found.getOutputAt(0) as tfl.SymbolicTensor;
  const pooled =
    output.rank === 4 ? (tfl.layers.globalAveragePooling2d({}).apply(output) as tfl.SymbolicTensor) : output;
  return tfl.model({ inputs: model.inputs, outputs: pooled });
}

/** Added to each variance, as a part of their mean, so that features which hardly vary do not decide. */
const RIDGE = 1e-3;
const RIDGE_OF_UNLIKE = 1e-2;

/**
 * Learns from features which pictures a network should doubt.
 *
 * A picture's score is the Mahalanobis distance to the nearest class mean, `min over k of (x - m_k)' C^-1 (x - m_k)`, with
 * one covariance C within all classes; where pictures to be doubted are known, less its distance to the nearest of their kinds, measured likewise.
 * @returns a rule for {@link outlierDistance}.
 * @throws {RangeError} if the sets differ in width, or a class has no training image.
 * @see Lee et al. 2018 (arXiv:1807.03888), section 2.1; Ren et al. 2021 (arXiv:2106.09022) for the difference of two distances
 * Deviation: one layer, no input perturbation, a small ridge; the second distance is to given kinds, not to all training images.
 */
export function fitOutlierRule(options: OutlierRuleOptions): OutlierRule {
  const { layer, classes, training, validation, unlike, doubted = 0.015 } = options;
  const { width } = training;
  for (const [name, features] of Object.entries({ validation, ...(unlike && { unlike }) })) {
    if (features.width !== width) {
      throw new RangeError(
        `fitOutlierRule(${name}): expected ${width} features as in training, got ${features.width}. Take both from the same layer.`,
      );
    }
  }
  const kinds =
    unlike === undefined ? 0 : 1 + unlike.labels.reduce((most, label) => Math.max(most, label), 0);
  const rule: OutlierRule = {
    layer,
    classes,
    width,
    ...clustersOf('training', training, classes, RIDGE),
    ...(unlike && { unlike: { kinds, ...clustersOf('unlike', unlike, kinds, RIDGE_OF_UNLIKE) } }),
    limit: Infinity,
  };
  const distances = outlierDistance(rule, validation.values).sort();
  const last = Math.max(0, Math.ceil((1 - doubted) * distances.length) - 1);
  return { ...rule, limit: distances[last] };
}

function clustersOf(
  name: string,
  { values, labels, count, width }: Features,
  kinds: number,
  ridgePart: number,
): Clusters {
  const sizes = new Float64Array(kinds);
  const means = new Float64Array(kinds * width);
  for (let row = 0; row < count; row++) {
    sizes[labels[row]]++;
    for (let i = 0; i < width; i++) means[labels[row] * width + i] += values[row * width + i];
  }
  const missing = sizes.findIndex((size) => size === 0);
  if (missing >= 0) {
    throw new RangeError(
      `fitOutlierRule(${name}): expected images of all ${kinds} classes, got none of class ${missing}. Take more images.`,
    );
  }
  means.forEach((sum, at) => (means[at] = sum / sizes[Math.floor(at / width)]));

  const covariance = new Float64Array(width * width);
  const off = new Float64Array(width);
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < width; i++) off[i] = values[row * width + i] - means[labels[row] * width + i];
    for (let i = 0; i < width; i++) {
      if (off[i] === 0) continue;
      for (let j = 0; j <= i; j++) covariance[i * width + j] += off[i] * off[j];
    }
  }
  let trace = 0;
  for (let i = 0; i < width; i++) trace += covariance[i * width + i];
  const ridge = Math.max((ridgePart * trace) / width, Number.MIN_VALUE);
  for (let i = 0; i < width; i++) covariance[i * width + i] += ridge;
  for (let at = 0; at < covariance.length; at++) covariance[at] /= count;
  return {
    means: toBase64(Float32Array.from(means)),
    whitening: toBase64(lowerTriangle(invertLower(cholesky(covariance, width), width), width)),
  };
}

/**
 * How unlike everything known pictures are; doubt those above the rule's `limit`.
 *
 * @param features - `[count, width]` of the rule's layer, row by row.
 * @returns `[count]`: squared distances to the nearest class mean, less those to the nearest kind of the rule's `unlike`.
 * @throws {RangeError} if the features are not a multiple of the rule's width.
 */
export function outlierDistance(rule: OutlierRule, features: Float32Array): Float32Array {
  const { width } = rule;
  if (features.length % width !== 0) {
    throw new RangeError(
      `outlierDistance(features): expected a multiple of ${width} numbers, got ${features.length}. Take them from layer ${rule.layer}.`,
    );
  }
  const { known, unlike } = spacesOf(rule);
  return Float32Array.from({ length: features.length / width }, (_, row) => {
    const picture = features.subarray(row * width, (row + 1) * width);
    return known(picture) - (unlike?.(picture) ?? 0);
  });
}

/** The squared distance of a picture's features to the nearest mean. */
type Distance = (features: Float32Array) => number;

const spaces = new WeakMap<OutlierRule, { known: Distance; unlike: Distance | undefined }>();

/** Made once for each rule: a page asks at every stroke. */
function spacesOf(rule: OutlierRule): { known: Distance; unlike: Distance | undefined } {
  let made = spaces.get(rule);
  if (!made) {
    const { width, classes, unlike } = rule;
    made = {
      known: distanceTo(rule, classes, width),
      unlike: unlike && distanceTo(unlike, unlike.kinds, width),
    };
    spaces.set(rule, made);
  }
  return made;
}

function distanceTo(clusters: Clusters, kinds: number, width: number): Distance {
  const whitening = fromBase64(clusters.whitening, (width * (width + 1)) / 2);
  const means = fromBase64(clusters.means, kinds * width);
  const project = (values: Float32Array) => {
    const out = new Float64Array(width);
    for (let i = 0, at = 0; i < width; i++) {
      for (let j = 0; j <= i; j++) out[i] += whitening[at++] * values[j];
    }
    return out;
  };
  const centres = Array.from({ length: kinds }, (_, k) =>
    project(means.subarray(k * width, (k + 1) * width)),
  );
  return (features) => {
    const point = project(features);
    return Math.min(
      ...centres.map((centre) => centre.reduce((sum, value, i) => sum + (value - point[i]) ** 2, 0)),
    );
  };
}

/** The lower triangular L with `L L' = matrix`, of which only the lower triangle is read. */
function cholesky(matrix: Float64Array, size: number): Float64Array {
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * size + j];
      for (let k = 0; k < j; k++) sum -= lower[i * size + k] * lower[j * size + k];
      lower[i * size + j] = i === j ? Math.sqrt(sum) : sum / lower[j * size + j];
    }
  }
  return lower;
}

function invertLower(lower: Float64Array, size: number): Float64Array {
  const inverse = new Float64Array(size * size);
  for (let column = 0; column < size; column++) {
    for (let row = column; row < size; row++) {
      let sum = row === column ? 1 : 0;
      for (let k = column; k < row; k++) sum -= lower[row * size + k] * inverse[k * size + column];
      inverse[row * size + column] = sum / lower[row * size + row];
    }
  }
  return inverse;
}

function lowerTriangle(matrix: Float64Array, size: number): Float32Array {
  const values = new Float32Array((size * (size + 1)) / 2);
  for (let i = 0, at = 0; i < size; i++) for (let j = 0; j <= i; j++) values[at++] = matrix[i * size + j];
  return values;
}

/** As bfloat16, the upper half of each float32, rounded. */
function toBase64(values: Float32Array): string {
  const bits = new Uint32Array(values.buffer);
  const halves = Uint16Array.from(bits, (word) => (word + 0x8000) >>> 16);
  let text = '';
  for (const byte of new Uint8Array(halves.buffer)) text += String.fromCharCode(byte);
  return btoa(text);
}

function fromBase64(text: string, count: number): Float32Array {
  const halves = new Uint16Array(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)).buffer);
  if (halves.length !== count) {
    throw new RangeError(
      `outlierDistance(rule): expected ${count} numbers, got ${halves.length}. Learn the rule again: googlenet outliers.`,
    );
  }
  return new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer);
}
