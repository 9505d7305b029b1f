import { show } from '@googlenet-tooling/shared/show';
import * as tf from '@tensorflow/tfjs-core';
import { FormatError } from './errors';
import { quantizeKernel, ZERO_POINT, type Quantization } from './quantize';
import { bytesOf, countOf, encodeFloats } from './tensors';

type Spec = tf.io.WeightsManifestEntry;

/** A weight of a saved model. */
interface Weight {
  spec: Spec;
  /** May be a view of the saved bytes. */
  values: Float32Array;
  /** What the numbers of each output channel are divided by before they are packed. */
  divisors?: Float32Array;
}

/** What a saved layer says of itself; the keys are in Python's style. */
type LayerConfig = Record<string, unknown>;

/**
 * A saved model with its kernels in fewer bits, which stock TensorFlow.js loads (its own `quantization` entries).
 *
 * `float16`: kernels to 11 bits of precision, half the bytes. `uint8`: a quarter. The stock format has one scale a tensor, too coarse for
 * kernels whose channels differ; so the scale of each output channel of a convolution unit is moved into the batch norm behind it
 * (`variance + epsilon` is divided by its square, mean and bias by itself: the same function), and every channel uses all 255 steps. A
 * unit without batch norm gets one that does nothing else. Dense layers and plain convolutions have one scale.
 * @param artifacts - what `model.save` hands to an `IOHandler`, float32; left as it is.
 * Memory: the new weights, and one kernel at a time.
 * @returns new artifacts for `tf.io.fromMemory`, or to be written as `model.json` and weights.
 * @throws {FormatError} `UNSUPPORTED` for weights that are quantized already; `MALFORMED` if the bytes do not fit the weights.
 */
export function quantizeArtifacts(
  artifacts: tf.io.ModelArtifacts,
  quantization: Quantization,
): tf.io.ModelArtifacts {
  const weights = readWeights(artifacts);
  const modelTopology = JSON.parse(
    JSON.stringify(artifacts.modelTopology),
  ) as tf.io.ModelArtifacts['modelTopology'];
  const ready = quantization === 'uint8' ? equalizeUnits(weights, layerConfigs(modelTopology)) : weights;
  const sizes = ready.map((weight) => packedBytes(weight, quantization));
  const weightData = new Uint8Array(sizes.reduce((sum, size) => sum + size, 0));
  let at = 0;
  const weightSpecs = ready.map((weight, i) =>
    pack(weight, quantization, weightData.subarray(at, (at += sizes[i]))),
  );
  return { ...artifacts, modelTopology, weightSpecs, weightData: weightData.buffer };
}

function readWeights({ weightSpecs = [], weightData }: tf.io.ModelArtifacts): Weight[] {
  // `join` copies.
  const data =
    weightData === undefined || Array.isArray(weightData)
      ? tf.io.CompositeArrayBuffer.join(weightData)
      : weightData;
  const counts = weightSpecs.map((spec) => {
    if (spec.dtype !== 'float32' || spec.quantization !== undefined) {
      throw new FormatError(
        'UNSUPPORTED',
        `quantizeArtifacts(${show(spec.name)}): expected float32, got ${spec.quantization?.dtype ?? spec.dtype}. Start from the model as it was trained.`,
      );
    }
    return countOf(spec.shape, `quantizeArtifacts(${show(spec.name)})`);
  });
  const total = 4 * counts.reduce((sum, count) => sum + count, 0);
  if (total !== data.byteLength) {
    throw new FormatError(
      'MALFORMED',
      `quantizeArtifacts: expected ${total} bytes of weights, got ${data.byteLength}. Save the model again.`,
    );
  }
  let at = 0;
  return weightSpecs.map((spec, i): Weight => {
    const values = new Float32Array(data, at, counts[i]);
    at += values.byteLength;
    return { spec, values };
  });
}

/** The configuration of every layer, by name, models within models included. */
function layerConfigs(topology: unknown, found = new Map<string, LayerConfig>()): Map<string, LayerConfig> {
  if (Array.isArray(topology)) for (const item of topology) layerConfigs(item, found);
  else if (typeof topology === 'object' && topology !== null) {
    const { class_name: className, config } = topology as { class_name?: unknown; config?: LayerConfig };
    if (/^(Inception|ConvBatchNorm)$/.test(String(className)) && typeof config?.name === 'string')
      found.set(config.name, config);
    for (const value of Object.values(topology)) layerConfigs(value, found);
  }
  return found;
}

/** Moves the scale of each channel of every convolution unit into its batch norm. */
function equalizeUnits(weights: readonly Weight[], configs: Map<string, LayerConfig>): Weight[] {
  const byName = new Map(weights.map((weight) => [weight.spec.name, weight]));
  const result: Weight[] = [];
  const withNewNorm = new Set<LayerConfig>();
  for (const weight of weights) {
    const { name, shape } = weight.spec;
    const [layer] = name.split('/');
    const config = configs.get(layer);
    const unit = name.slice(0, name.lastIndexOf('/'));
    if (config === undefined) {
      result.push(weight);
      continue;
    }
    const hasNorm = byName.has(`${unit}/moving_variance`);
    if (name.endsWith('/kernel')) {
      const channels = shape[shape.length - 1];
      const { values } = weight;
      const largest = new Float32Array(channels);
      values.forEach(
        (value, i) => (largest[i % channels] = Math.max(largest[i % channels], Math.abs(value))),
      );
      const scale = largest.map((value) => value || 1);
      result.push({ ...weight, divisors: scale });
      const epsilon = Number(config.epsilon ?? 1e-3);
      if (hasNorm) moveScale(byName, unit, scale, epsilon);
      else {
        withNewNorm.add(config);
        const spec = (field: string): Spec => ({
          name: `${unit}/${field}`,
          shape: [channels],
          dtype: 'float32',
        });
        const beta = byName.get(`${unit}/bias`)?.values ?? new Float32Array(channels);
        result.push(
          { spec: spec('beta'), values: beta },
          { spec: spec('moving_mean'), values: new Float32Array(channels) },
          { spec: spec('moving_variance'), values: scale.map((value) => 1 / (value * value) - epsilon) },
        );
      }
    } else if (hasNorm || !name.endsWith('/bias')) result.push(weight);
  }
  for (const config of withNewNorm)
    Object.assign(config, { batch_norm: true, use_bias: false, scale: false });
  return result;
}

/** `variance + epsilon` over the scale's square, mean and bias over the scale: what the norm gives stays the same. */
function moveScale(byName: Map<string, Weight>, unit: string, scale: Float32Array, epsilon: number): void {
  const change = (field: string, by: (value: number, factor: number) => number) => {
    const weight = byName.get(`${unit}/${field}`);
    if (weight) weight.values = weight.values.map((value, i) => by(value, scale[i]));
  };
  change('bias', (value, factor) => value / factor);
  change('moving_mean', (value, factor) => value / factor);
  change('moving_variance', (value, factor) => (value + epsilon) / (factor * factor) - epsilon);
}

/** Bytes of a weight once it is packed. */
function packedBytes({ spec, values }: Weight, quantization: Quantization): number {
  if (spec.shape.length < 2) return values.byteLength;
  return values.length * (quantization === 'float16' ? 2 : 1);
}

/** Writes a weight into `target`, which is exactly as long; gives what model.json says of it. */
function pack(weight: Weight, quantization: Quantization, target: Uint8Array): Spec {
  const { spec, divisors } = weight;
  if (spec.shape.length < 2) {
    target.set(bytesOf(weight.values));
    return spec;
  }
  const values = divisors
    ? weight.values.map((value, i) => value / divisors[i % divisors.length])
    : weight.values;
  if (quantization === 'float16') {
    encodeFloats(values, 'F16', target);
    const entry = { dtype: 'float16', original_dtype: 'float32' } as Spec['quantization'];
    return { ...spec, quantization: entry };
  }
  const { data, scales } = quantizeKernel(values, 1, () => 0);
  target.set(data);
  const [scale] = scales;
  const entry = { dtype: 'uint8', original_dtype: 'float32', scale, min: -ZERO_POINT * scale };
  return { ...spec, quantization: entry as Spec['quantization'] };
}
