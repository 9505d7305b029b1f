import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

/** Small forms of networks that people train with TensorFlow.js' built-in layers, each with all kinds of blocks of the large one. */
export const LAYER_NETWORKS = { MobileNetV2: mobileNetV2, ResNet: resNet } as const;

export type LayerNetwork = keyof typeof LAYER_NETWORKS;

const SIDE = 16;
const CLASSES = 4;
const BATCH = 4;

/** What {@link trainLayerNetwork} gives. */
export interface LayerTraining {
  /** Of each step. */
  losses: number[];
  /** `[4, 4]` class probabilities of the batch after the last step, in inference mode. */
  predictions: Float32Array;
}

/** Trains a network on one made batch, on the current backend, with momentum; the same weights and images each time. */
export async function trainLayerNetwork(name: LayerNetwork, steps = 3): Promise<LayerTraining> {
  const model = LAYER_NETWORKS[name]();
  const images = tf.randomUniform([BATCH, SIDE, SIDE, 3], -1, 1, 'float32', 4);
  const labels = tf.oneHot(
    tf.tensor1d(
      Array.from({ length: BATCH }, (_, i) => i % CLASSES),
      'int32',
    ),
    CLASSES,
  );
  model.compile({ optimizer: tf.train.momentum(0.01, 0.9), loss: 'categoricalCrossentropy' });
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) losses.push((await model.trainOnBatch(images, labels)) as number);
  const scores = model.predict(images) as tf.Tensor;
  const predictions = await scores.data<'float32'>();
  tf.dispose([images, labels, scores]);
  model.dispose();
  return { losses, predictions };
}

/** Layers with seeds of their own, so that two networks built alike are equal. */
class Builder {
  private seed = 1;

  conv(x: tfl.SymbolicTensor, filters: number, kernelSize: number, strides = 1): tfl.SymbolicTensor {
    const layer = tfl.layers.conv2d({
      filters,
      kernelSize,
      strides,
      padding: 'same',
      useBias: false,
      kernelInitializer: this.initializer(),
    });
    return this.normalize(layer.apply(x));
  }

  depthwise(x: tfl.SymbolicTensor, strides: number): tfl.SymbolicTensor {
    const layer = tfl.layers.depthwiseConv2d({
      kernelSize: 3,
      strides,
      padding: 'same',
      useBias: false,
      depthwiseInitializer: this.initializer(),
    });
    return this.normalize(layer.apply(x));
  }

  classify(x: tfl.SymbolicTensor, input: tfl.SymbolicTensor): tfl.LayersModel {
    const pooled = tfl.layers.globalAveragePooling2d({}).apply(x);
    const head = tfl.layers.dense({
      units: CLASSES,
      activation: 'softmax',
      kernelInitializer: this.initializer(),
    });
    return tfl.model({ inputs: input, outputs: head.apply(pooled) as tfl.SymbolicTensor });
  }

  private normalize(x: ReturnType<tfl.layers.Layer['apply']>): tfl.SymbolicTensor {
    return tfl.layers.batchNormalization({ momentum: 0.9 }).apply(x) as tfl.SymbolicTensor;
  }

  private initializer() {
    return tfl.initializers.heNormal({ seed: this.seed++ });
  }
}

const relu = (x: tfl.SymbolicTensor, maxValue?: number) =>
  tfl.layers.reLU(maxValue === undefined ? {} : { maxValue }).apply(x) as tfl.SymbolicTensor;

const sum = (...parts: tfl.SymbolicTensor[]) => tfl.layers.add().apply(parts) as tfl.SymbolicTensor;

/** Inverted residuals (Sandler et al. 2018, arXiv:1801.04381): expansion, depthwise, linear projection, a shortcut where sizes agree. */
function mobileNetV2(): tfl.LayersModel {
  const build = new Builder();
  const input = tfl.input({ shape: [SIDE, SIDE, 3] });
  let x = relu(build.conv(input, 8, 3, 2), 6);
  for (const { filters, expansion, strides } of [
    { filters: 6, expansion: 1, strides: 1 },
    { filters: 10, expansion: 4, strides: 2 },
    { filters: 10, expansion: 4, strides: 1 },
    { filters: 16, expansion: 4, strides: 2 },
  ]) {
    const channels = x.shape[3] as number;
    const wide = expansion === 1 ? x : relu(build.conv(x, channels * expansion, 1), 6);
    const projected = build.conv(relu(build.depthwise(wide, strides), 6), filters, 1);
    x = strides === 1 && channels === filters ? sum(x, projected) : projected;
  }
  return build.classify(relu(build.conv(x, 32, 1), 6), input);
}

/** A 7x7 stem with its pool, basic and bottleneck blocks with and without projection (He et al. 2015, arXiv:1512.03385). */
function resNet(): tfl.LayersModel {
  const build = new Builder();
  const input = tfl.input({ shape: [SIDE, SIDE, 3] });
  const pool = tfl.layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' });
  let x = pool.apply(relu(build.conv(input, 8, 7, 2))) as tfl.SymbolicTensor;
  const shortcut = (filters: number, strides: number) =>
    strides === 1 && x.shape[3] === filters ? x : build.conv(x, filters, 1, strides);
  for (const { filters, strides } of [
    { filters: 8, strides: 1 },
    { filters: 16, strides: 2 },
  ])
    x = relu(
      sum(shortcut(filters, strides), build.conv(relu(build.conv(x, filters, 3, strides)), filters, 3)),
    );
  for (let block = 0; block < 2; block++) {
    const inner = relu(build.conv(relu(build.conv(x, 8, 1)), 8, 3));
    x = relu(sum(shortcut(32, 1), build.conv(inner, 32, 1)));
  }
  return build.classify(x, input);
}
