import { moduleNames, type TableRow, type WeightTable } from './table';

/** slim's names of the modules, in the order of `moduleNames`. */
const MIXED = ['3b', '3c', '4b', '4c', '4d', '4e', '4f', '5b', '5c'];

/** Convolution in slim, and here. */
const CONVOLUTIONS: readonly [source: string, target: string][] = [
  ['Conv2d_1a_7x7', 'conv1_7x7_s2'],
  ['Conv2d_2b_1x1', 'conv2_3x3_reduce'],
  ['Conv2d_2c_3x3', 'conv2_3x3'],
  ...moduleNames.flatMap((name, i): [string, string][] => {
    const [mixed, module] = [`Mixed_${MIXED[i]}`, `inception_${name}`];
    // One layer of Mixed_5b is called 0a for 0b in slim, and so in every checkpoint.
    const second = mixed === 'Mixed_5b' ? 'Conv2d_0a_3x3' : 'Conv2d_0b_3x3';
    return [
      [`${mixed}/Branch_0/Conv2d_0a_1x1`, `${module}/1x1`],
      [`${mixed}/Branch_1/Conv2d_0a_1x1`, `${module}/3x3_reduce`],
      [`${mixed}/Branch_1/Conv2d_0b_3x3`, `${module}/3x3`],
      [`${mixed}/Branch_2/Conv2d_0a_1x1`, `${module}/5x5_reduce`],
      [`${mixed}/Branch_2/${second}`, `${module}/5x5`],
      [`${mixed}/Branch_3/Conv2d_0b_1x1`, `${module}/pool_proj`],
    ];
  }),
];

/** TF-slim's `inception_v1`, by the names of its variables. @see tensorflow/models, research/slim/nets/inception_v1.py */
export const SLIM_TABLE: WeightTable = {
  name: 'slim',
  rows: [
    ...CONVOLUTIONS.flatMap(([source, target]): TableRow[] => [
      { source: `InceptionV1/${source}/weights`, target: `${target}/kernel`, layout: 'HWIO' },
      ...['beta', 'moving_mean', 'moving_variance'].map((name): TableRow => ({
        source: `InceptionV1/${source}/BatchNorm/${name}`,
        target: `${target}/${name}`,
        layout: 'vector',
      })),
    ]),
    {
      source: 'InceptionV1/Logits/Conv2d_0c_1x1/weights',
      target: 'logits/kernel',
      layout: 'HWIO dense',
      head: true,
    },
    {
      source: 'InceptionV1/Logits/Conv2d_0c_1x1/biases',
      target: 'logits/bias',
      layout: 'vector',
      head: true,
    },
  ],
  ignored: (source) =>
    !source.startsWith('InceptionV1/') || /RMSProp|Momentum|ExponentialMovingAverage/.test(source),
  backgroundClasses: 1,
};
