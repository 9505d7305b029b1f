import * as tfl from '@tensorflow/tfjs-layers';

/** A network that has every built-in layer of the list, with sizes that no two axes share. */
export function everyLayer(): tfl.LayersModel {
  const { layers } = tfl;
  const input = tfl.input({ name: 'image', shape: [11, 14, 3] });
  const apply = (layer: tfl.layers.Layer, x: tfl.SymbolicTensor | tfl.SymbolicTensor[]) =>
    layer.apply(x) as tfl.SymbolicTensor;
  let x = apply(layers.rescaling({ scale: 2, offset: -1 }), input);
  x = apply(
    layers.zeroPadding2d({
      padding: [
        [1, 0],
        [2, 1],
      ],
    }),
    x,
  );
  x = apply(
    layers.conv2d({ filters: 6, kernelSize: [3, 2], strides: 2, padding: 'same', activation: 'relu6' }),
    x,
  );
  x = apply(
    layers.depthwiseConv2d({
      kernelSize: 3,
      depthMultiplier: 2,
      padding: 'same',
      useBias: true,
      biasInitializer: 'randomNormal',
    }),
    x,
  );
  x = apply(layers.batchNormalization({ momentum: 0.9 }), x);
  const conv = apply(layers.conv2d({ filters: 12, kernelSize: 2, dilationRate: 2, padding: 'same' }), x);
  const branches = [
    apply(layers.averagePooling2d({ poolSize: 3, strides: 1, padding: 'same' }), x),
    apply(layers.maxPooling2d({ poolSize: [2, 3], strides: 1, padding: 'same' }), x),
    apply(layers.leakyReLU({ alpha: 0.2 }), x),
    apply(layers.elu(), conv),
  ];
  const merged = [layers.add(), layers.multiply(), layers.average(), layers.maximum(), layers.minimum()].map(
    (layer) => apply(layer, branches),
  );
  x = apply(layers.concatenate({ axis: -1 }), [apply(layers.batchNormalization(), conv), ...merged]);
  x = apply(layers.concatenate({ axis: 1 }), [x, x]);
  x = apply(layers.dropout({ rate: 0.5 }), x);
  const activations = (
    [
      'sigmoid',
      'tanh',
      'elu',
      'selu',
      'softplus',
      'softsign',
      'hardSigmoid',
      'swish',
      'softmax',
      'linear',
    ] as const
  ).map((activation) => apply(layers.globalMaxPooling2d({}), apply(layers.activation({ activation }), x)));
  const flat = apply(layers.flatten(), apply(layers.permute({ dims: [2, 1, 3] }), x));
  const image = apply(layers.reshape({ targetShape: [6, 4, 5] }), apply(layers.dense({ units: 120 }), flat));
  const rows = apply(layers.reshape({ targetShape: [24, 5] }), apply(layers.reLU({}), image));
  const last = apply(layers.flatten(), apply(layers.dense({ units: 3, activation: 'tanh' }), rows));
  const features = apply(layers.concatenate(), [...activations, last]);
  const scores = apply(layers.softmax({ name: 'scores' }), apply(layers.dense({ units: 5 }), features));
  return tfl.model({ inputs: input, outputs: [scores, image] });
}
