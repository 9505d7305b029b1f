import type * as tfl from '@tensorflow/tfjs-layers';

/**
 * How weights are named and how their axes lie.
 *
 * - `keras`: this project's names (`inception_3a/1x1/kernel`); convolutions `[height, width, in, out]`, dense layers `[in, out]`.
 * - `pytorch`: torchvision's names (`inception3a.branch1.conv.weight`); convolutions `[out, in, height, width]`, dense layers `[out, in]`.
 */
export type WeightLayout = 'keras' | 'pytorch';

const FIELDS: Record<string, string> = {
  kernel: 'weight',
  depthwise_kernel: 'weight',
  gamma: 'weight',
  bias: 'bias',
  beta: 'bias',
  moving_mean: 'running_mean',
  moving_variance: 'running_var',
};
const NORM = /^(gamma|beta|moving_mean|moving_variance)$/;

const STEM: Record<string, string> = {
  conv1_7x7_s2: 'conv1',
  conv2_3x3_reduce: 'conv2',
  conv2_3x3: 'conv3',
  logits: 'fc',
};

/** torchvision's branches of a module; its own has no `5x5_2`, which follows in the same sequence. */
const BRANCHES: Record<string, string> = {
  '1x1': 'branch1',
  '3x3_reduce': 'branch2.0',
  '3x3': 'branch2.1',
  '5x5_reduce': 'branch3.0',
  '5x5': 'branch3.1',
  '5x5_2': 'branch3.2',
  pool_proj: 'branch4.1',
};

/** A module or layer of a GoogLeNet by torchvision's name; other layers with dots for slashes. */
function torchModule(path: string): string {
  const module = /^inception_(\d[a-e])\/(.+)$/.exec(path);
  if (module) return `inception${module[1]}.${BRANCHES[module[2]] ?? module[2]}`;
  const head = /^(aux\d)_(conv|fc|logits)$/.exec(path);
  if (head) return `${head[1]}.${{ conv: 'conv', fc: 'fc1', logits: 'fc2' }[head[2]]}`;
  return STEM[path] ?? path.replaceAll('/', '.');
}

/**
 * The name in a PyTorch `state_dict` of a weight of this project, as torchvision's `googlenet` has it.
 *
 * `inception_3a/3x3_reduce/kernel` is `inception3a.branch2.0.conv.weight`, `logits/bias` is `fc.bias`.
 * @param name - `weight.originalName` without a layer's numbering.
 * @param isUnit - whether the weight belongs to a convolution with its batch norm, whose two parts PyTorch names apart.
 */
export function torchName(name: string, isUnit: boolean): string {
  const slash = name.lastIndexOf('/');
  const field = name.slice(slash + 1);
  const part = isUnit ? (NORM.test(field) ? '.bn' : '.conv') : '';
  return `${torchModule(name.slice(0, slash))}${part}.${FIELDS[field] ?? field}`;
}

/** Name of a weight within its model: the layer's name in front, once. */
export function weightName(layer: tfl.layers.Layer, weight: tfl.LayerVariable): string {
  const own = weight.originalName;
  return own.startsWith(`${layer.name}/`) ? own : `${layer.name}/${own}`;
}
