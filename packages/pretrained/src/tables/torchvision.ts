import { moduleNames, type TableRow, type WeightTable } from './table';

/** Convolution with batch norm in torchvision, and here. */
const CONVOLUTIONS: readonly [source: string, target: string][] = [
  ['conv1', 'conv1_7x7_s2'],
  ['conv2', 'conv2_3x3_reduce'],
  ['conv3', 'conv2_3x3'],
  ...moduleNames.flatMap((name): [string, string][] => [
    [`inception${name}.branch1`, `inception_${name}/1x1`],
    [`inception${name}.branch2.0`, `inception_${name}/3x3_reduce`],
    [`inception${name}.branch2.1`, `inception_${name}/3x3`],
    [`inception${name}.branch3.0`, `inception_${name}/5x5_reduce`],
    [`inception${name}.branch3.1`, `inception_${name}/5x5`],
    [`inception${name}.branch4.1`, `inception_${name}/pool_proj`],
  ]),
];

function convolution(source: string, target: string, auxiliary?: boolean): TableRow[] {
  const row = (name: string, weight: string, layout: TableRow['layout'] = 'vector'): TableRow => ({
    source: `${source}.${name}`,
    target: `${target}/${weight}`,
    layout,
    auxiliary,
  });
  return [
    row('conv.weight', 'kernel', 'OIHW'),
    row('bn.weight', 'gamma'),
    row('bn.bias', 'beta'),
    row('bn.running_mean', 'moving_mean'),
    row('bn.running_var', 'moving_variance'),
  ];
}

function dense(
  source: string,
  target: string,
  layout: TableRow['layout'],
  more: Partial<TableRow>,
): TableRow[] {
  return [
    { source: `${source}.weight`, target: `${target}/kernel`, layout, ...more },
    { source: `${source}.bias`, target: `${target}/bias`, layout: 'vector', ...more },
  ];
}

/** torchvision's `googlenet`. @see torchvision/models/googlenet.py */
export const TORCHVISION_TABLE: WeightTable = {
  name: 'torchvision',
  rows: [
    ...CONVOLUTIONS.flatMap(([source, target]) => convolution(source, target)),
    ...dense('fc', 'logits', 'OI', { head: true }),
    ...['aux1', 'aux2'].flatMap((aux) => [
      ...convolution(`${aux}.conv`, `${aux}_conv`, true),
      ...dense(`${aux}.fc1`, `${aux}_fc`, 'OI flat', { auxiliary: true }),
      ...dense(`${aux}.fc2`, `${aux}_logits`, 'OI', { auxiliary: true, head: true }),
    ]),
  ],
  ignored: (source) => source.endsWith('.num_batches_tracked'),
};
