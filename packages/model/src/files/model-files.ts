import { isObject } from '@googlenet-tooling/shared/checks';
import { show } from '@googlenet-tooling/shared/show';
import * as tf from '@tensorflow/tfjs-core';
import { topologyProblem } from './check-topology';
import { sha256 } from './sha256';

/** What a saved model knows of its task, under `userDefinedMetadata.googlenet` in `model.json`. */
export interface ModelCard {
  /** The data set it was trained on. */
  readonly dataset?: string;
  /** The name of each class, in the order of the outputs. */
  readonly classNames?: readonly string[];
  /** How pixels 0..255 become inputs. */
  readonly normalize?: string;
  /** sha256 of each weight file, by its path. */
  readonly sha256?: Readonly<Record<string, string>>;
  /** Whatever else the writer noted. */
  readonly [note: string]: unknown;
}

/** Where a {@link ModelCard} stands in `userDefinedMetadata`. */
const CARD = 'googlenet';
const WEIGHTS = 'weights.bin';

/** A model's two files, by their names. */
export interface ModelFiles {
  readonly 'model.json': string;
  readonly 'weights.bin': Uint8Array;
}

/**
 * A model as the files that stock TensorFlow.js loads, with the checksum of the weights in its metadata.
 *
 * @param artifacts - what `model.save()` hands to a save handler.
 * @param card - what the model should know of its task. Default: what it knows.
 */
export async function toModelFiles(
  artifacts: tf.io.ModelArtifacts,
  card: ModelCard = modelCard(artifacts) ?? {},
): Promise<ModelFiles> {
  const { weightData, weightSpecs = [], ...rest } = artifacts;
  const weights = new Uint8Array(tf.io.CompositeArrayBuffer.join(weightData));
  const metadata = artifacts.userDefinedMetadata ?? {};
  const { sha256: _earlier, ...notes } = card;
  const sum = await sha256(weights);
  const json = {
    ...rest,
    userDefinedMetadata: {
      ...metadata,
      [CARD]: { ...notes, ...(sum !== undefined && { sha256: { [WEIGHTS]: sum } }) },
    },
    weightsManifest: [{ paths: [WEIGHTS], weights: weightSpecs }],
  };
  return { 'model.json': JSON.stringify(json), 'weights.bin': weights };
}

/** Gives the bytes of a weight file, `limit` of them at most, by its path in the manifest. */
export type ReadWeights = (path: string, limit: number) => Promise<Uint8Array>;

/**
 * Reads a model's files and trusts nothing in them: the graph must have no circle, the weight files must lie beside `model.json`, be as long as
 * the manifest says, have the checksums that the model names, and hold finite numbers.
 *
 * @param json - `model.json`, parsed.
 * @returns what `tf.io.fromMemory` takes.
 * @throws {RangeError} that says what is wrong.
 */
export async function readModelFiles(json: unknown, read: ReadWeights): Promise<tf.io.ModelArtifacts> {
  if (isObject(json) && json.format === 'graph-model')
    throw wrong(
      'a TensorFlow.js layers model',
      'a graph model',
      'Save it with model.save() of TensorFlow.js.',
    );
  if (!isObject(json) || !isObject(json.modelTopology) || !Array.isArray(json.weightsManifest))
    throw wrong(
      'a TensorFlow.js layers model',
      'a file without modelTopology and weightsManifest',
      'Save it with model.save() of TensorFlow.js.',
    );
  const problem = topologyProblem(json.modelTopology);
  if (problem !== undefined) throw wrong('a graph of layers', problem, 'Save the model again.');
  const { weightSpecs, weightData } = await readWeights(json, read);
  checkFinite(weightSpecs, weightData);
  const { modelTopology, format, generatedBy, convertedBy } = json;
  return {
    modelTopology,
    format,
    generatedBy,
    convertedBy,
    userDefinedMetadata: withoutChecksums(json.userDefinedMetadata),
    weightSpecs,
    weightData: weightData.buffer,
  } as tf.io.ModelArtifacts;
}

/**
 * The files of a graph model, with the checks of the weight files that {@link readModelFiles} makes; constants may be infinite, and
 * the graph itself is for `tf.loadGraphModel` to check.
 *
 * @throws {RangeError} that says what is wrong.
 */
export async function readGraphFiles(json: unknown, read: ReadWeights): Promise<tf.io.ModelArtifacts> {
  if (!isObject(json) || !isObject(json.modelTopology) || !Array.isArray(json.weightsManifest))
    throw wrong(
      'a TensorFlow.js graph model',
      'a file without modelTopology and weightsManifest',
      'Convert the model again.',
    );
  const { weightsManifest: _files, ...rest } = json;
  const { weightSpecs, weightData } = await readWeights(json, read);
  return { ...rest, weightSpecs, weightData: weightData.buffer } as tf.io.ModelArtifacts;
}

async function readWeights(
  json: Record<string, unknown>,
  read: ReadWeights,
): Promise<{ weightSpecs: tf.io.WeightsManifestEntry[]; weightData: Uint8Array }> {
  const { paths, specs } = readManifest(json.weightsManifest as unknown[]);
  const expected = specs.reduce((sum, spec) => sum + byteLength(spec), 0);
  const parts: Uint8Array[] = [];
  for (const path of paths) parts.push(await read(path, expected + 1));
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  if (length !== expected)
    throw wrong(
      `${expected} bytes of weights`,
      String(length),
      'The files are torn or of two models: save the model again.',
    );
  const sums = modelCard(json)?.sha256;
  for (const [i, path] of paths.entries()) {
    const sum = isObject(sums) && Object.hasOwn(sums, path) ? sums[path] : undefined;
    if (sum === undefined) continue;
    const actual = await sha256(parts[i] ?? new Uint8Array());
    if (actual !== undefined && actual !== sum)
      throw wrong(
        `the checksum that the model names for ${show(path)}`,
        'another',
        'The file is damaged: copy it again.',
      );
  }
  const weightData = new Uint8Array(length);
  parts.reduce((at, part) => (weightData.set(part, at), at + part.length), 0);
  return { weightSpecs: specs, weightData };
}

/** What a saved model knows of its task. */
export function modelCard({
  userDefinedMetadata,
}: {
  readonly userDefinedMetadata?: object | undefined;
}): ModelCard | undefined {
  const card: unknown = isObject(userDefinedMetadata) ? userDefinedMetadata[CARD] : undefined;
  return isObject(card) ? card : undefined;
}

/** Checksums are of the files only: a loaded model may be trained on and saved by others, who do not renew them. */
function withoutChecksums(metadata: unknown): object | undefined {
  if (!isObject(metadata)) return undefined;
  const card = metadata[CARD];
  if (!isObject(card)) return metadata;
  const { sha256: _files, ...rest } = card;
  return { ...metadata, [CARD]: rest };
}

function readManifest(groups: readonly unknown[]): { paths: string[]; specs: tf.io.WeightsManifestEntry[] } {
  const paths: string[] = [];
  const specs: tf.io.WeightsManifestEntry[] = [];
  for (const group of groups) {
    if (!isObject(group) || !Array.isArray(group.paths) || !Array.isArray(group.weights))
      throw wrong('groups of paths and weights', show(group), 'Save the model again.');
    for (const path of group.paths as unknown[]) {
      // Below the folder of model.json, on every system, and no address.
      if (typeof path !== 'string' || path === '' || /^[/\\]|[\\:\0]|(^|\/)\.\.(\/|$)/.test(path))
        throw wrong('weight files beside model.json', show(path), 'Take the model from its own folder.');
      paths.push(path);
    }
    for (const spec of group.weights as unknown[]) {
      if (!isSpec(spec))
        throw wrong('name, shape and dtype of each weight', show(spec), 'Save the model again.');
      specs.push(spec);
    }
  }
  return { paths, specs };
}

const DTYPES = ['float32', 'int32', 'bool'];
const QUANTIZED = ['uint8', 'uint16', 'float16'];

function isSpec(spec: unknown): spec is tf.io.WeightsManifestEntry {
  if (!isObject(spec) || typeof spec.name !== 'string' || !Array.isArray(spec.shape)) return false;
  const { shape, dtype, quantization } = spec;
  const sizes = shape as unknown[];
  const whole = sizes.every((size) => Number.isSafeInteger(size) && (size as number) >= 0);
  const count = sizes.reduce<number>((product, size) => product * Number(size), 1);
  const scale =
    quantization === undefined ||
    (isObject(quantization) &&
      QUANTIZED.includes(String(quantization.dtype)) &&
      [quantization.scale ?? 1, quantization.min ?? 0].every(Number.isFinite));
  return whole && count <= 2 ** 40 && DTYPES.includes(String(dtype)) && scale;
}

function byteLength(spec: tf.io.WeightsManifestEntry): number {
  const type = spec.quantization?.dtype ?? spec.dtype;
  const bytes = type === 'float16' || type === 'uint16' ? 2 : type === 'uint8' || type === 'bool' ? 1 : 4;
  return spec.shape.reduce((product, size) => product * size, 1) * bytes;
}

function checkFinite(specs: readonly tf.io.WeightsManifestEntry[], bytes: Uint8Array): void {
  let offset = 0;
  for (const spec of specs) {
    const length = byteLength(spec);
    const plain = spec.quantization === undefined && spec.dtype === 'float32';
    const half = spec.quantization?.dtype === 'float16';
    const part = bytes.slice(offset, offset + length).buffer;
    const broken =
      (plain && !new Float32Array(part).every(Number.isFinite)) ||
      // All exponent bits: infinite or no number.
      (half && new Uint16Array(part).some((bits) => (bits & 0x7c00) === 0x7c00));
    if (broken)
      throw wrong(
        'finite weights',
        `NaN or infinity in ${show(spec.name)}`,
        'The training has diverged: take an earlier model.',
      );
    offset += length;
  }
}

function wrong(expected: string, got: string, fix: string): RangeError {
  return new RangeError(`loadModel(model.json): expected ${expected}, got ${got}. ${fix}`);
}
