import { show } from '@googlenet-tooling/shared/show';
import * as tf from '@tensorflow/tfjs-core';
import { FormatError } from './errors';
import { quantizeKernel, ZERO_POINT, type Quantization } from './quantize';
import { countOf, encodeFloats } from './tensors';

type Spec = tf.io.WeightsManifestEntry;

/** A weight of a saved model. */
interface Weight {
  spec: Spec;
  values: Float32Array;
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
  const packed = ready.map((weight) => pack(weight, quantization));
  const weightData = new Uint8Array(packed.reduce((sum, { bytes }) => sum + bytes.length, 0));
  let at = 0;
  for (const { bytes } of packed) {
    weightData.set(bytes, at);
    at += bytes.length;
  }
  return {
    ...artifacts,
    modelTopology,
    weightSpecs: packed.map(({ spec }) => spec),
    weightData: weightData.buffer,
  };
}

function readWeights({ weightSpecs = [], weightData }: tf.io.ModelArtifacts): Weight[] {
  const data = tf.io.CompositeArrayBuffer.join(weightData);
  let at = 0;
  const weights = weightSpecs.map((spec): Weight => {
    if (spec.dtype !== 'float32' || spec.quantization !== undefined) {
      throw new FormatError(
        'UNSUPPORTED',
        `quantizeArtifacts(${show(spec.name)}): expected float32, got ${spec.quantization?.dtype ?? spec.dtype}. Start from the model as it was trained.`,
      );
    }
    const bytes = 4 * countOf(spec.shape, `quantizeArtifacts(${show(spec.name)})`);
    at += bytes;
    // At the end of the weights before; `slice` gives bytes of its own, which may be changed.
    return { spec, values: new Float32Array(data.slice(at - bytes, at)) };
  });
  if (
    at !== data.byteLength ||
    weights.some(({ spec, values }) => values.length !== countOf(spec.shape, 'weights'))
  ) {
    throw new FormatError(
      'MALFORMED',
      `quantizeArtifacts: expected ${at} bytes of weights, got ${data.byteLength}. Save the model again.`,
    );
  }
  return weights;
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
      result.push({ ...weight, values: values.map((value, i) => value / scale[i % channels]) });
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
    weight?.values.forEach((value, i) => (weight.values[i] = by(value, scale[i])));
  };
  change('bias', (value, factor) => value / factor);
  change('moving_mean', (value, factor) => value / factor);
  change('moving_variance', (value, factor) => (value + epsilon) / (factor * factor) - epsilon);
}

function pack({ spec, values }: Weight, quantization: Quantization): { spec: Spec; bytes: Uint8Array } {
  if (spec.shape.length < 2) return { spec, bytes: new Uint8Array(values.buffer) };
  if (quantization === 'float16') {
    const bytes = new Uint8Array(2 * values.length);
    encodeFloats(values, 'F16', bytes);
    return {
      spec: {
        ...spec,
        quantization: { dtype: 'float16', original_dtype: 'float32' } as Spec['quantization'],
      },
      bytes,
    };
  }
  const { data, scales } = quantizeKernel(values, 1, () => 0);
  const [scale] = scales;
  return {
    spec: {
      ...spec,
      quantization: {
        dtype: 'uint8',
        original_dtype: 'float32',
        scale,
        min: -ZERO_POINT * scale,
      } as Spec['quantization'],
    },
    bytes: data,
  };
}
