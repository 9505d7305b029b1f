import { moduleNames, UNITS, type TableRow, type WeightTable } from './table';

/** Layer in Caffe's prototxt, layer here. */
const LAYERS: readonly [source: string, target: string][] = [
  ['conv1/7x7_s2', 'conv1_7x7_s2'],
  ['conv2/3x3_reduce', 'conv2_3x3_reduce'],
  ['conv2/3x3', 'conv2_3x3'],
  ...moduleNames.flatMap((name) =>
    UNITS.map((unit): [string, string] => [`inception_${name}/${unit}`, `inception_${name}/${unit}`]),
  ),
];

function rows(kernel: (layer: string) => string, bias: (layer: string) => string): TableRow[] {
  const pair = (layer: string, target: string, layout: TableRow['layout'], more: Partial<TableRow> = {}) => [
    { source: kernel(layer), target: `${target}/kernel`, layout, ...more },
    { source: bias(layer), target: `${target}/bias`, layout: 'vector' as const, ...more },
  ];
  return [
    ...LAYERS.flatMap(([source, target]) => pair(source, target, 'OIHW')),
    ...pair('loss3/classifier', 'logits', 'OI', { head: true }),
    ...['1', '2'].flatMap((i) => [
      ...pair(`loss${i}/conv`, `aux${i}_conv`, 'OIHW', { auxiliary: true }),
      ...pair(`loss${i}/fc`, `aux${i}_fc`, 'OI flat', { auxiliary: true }),
      ...pair(`loss${i}/classifier`, `aux${i}_logits`, 'OI', { auxiliary: true, head: true }),
    ]),
  ];
}

/** `bvlc_googlenet`: blob 0 of a layer is its kernel, blob 1 its bias. @see Caffe, models/bvlc_googlenet/train_val.prototxt */
export const CAFFE_TABLE: WeightTable = {
  name: 'caffe',
  rows: rows(
    (layer) => `${layer}:0`,
    (layer) => `${layer}:1`,
  ),
};

/** The ONNX zoo's `googlenet`, converted from Caffe by way of Caffe2. */
export const ONNX_ZOO_TABLE: WeightTable = {
  name: 'onnx-zoo',
  rows: rows(
    (layer) => `${layer}_w_0`,
    (layer) => `${layer}_b_0`,
  ),
  // Shapes for Reshape nodes are initializers as well.
  ignored: (source) => /shape|^OC2_DUMMY/i.test(source),
};
