import type { FileTensor } from '@googlenet/formats';

/** `model_weights/LAYER/LAYER/weight` in a whole model, `LAYER/LAYER/weight` in its weights alone; older Keras ends names in `:0`. */
const IN_KERAS = /^(?:model_weights\/)?([^/]+)\/(?:[^/]+\/)*\1\/([^/:]+)(?::0)?$/;

/**
 * The names of this project for those of Keras's older `.h5` files, where the network is one that this project wrote as a `.keras` file: layers of
 * convolutions and batch norms by their own names (`inception_3a_1x1_conv`). Other names stay.
 *
 * The state of an optimizer and the fixed convolution that stands for a local response normalization are left out.
 */
export function withoutKerasNames(tensors: ReadonlyMap<string, FileTensor>): ReadonlyMap<string, FileTensor> {
  const entries = [...tensors].filter(([path]) => !path.startsWith('optimizer_weights/'));
  const named = entries.map(([path, tensor]): [string, FileTensor] => {
    const [, layer, weight] = IN_KERAS.exec(path) ?? [];
    return [layer === undefined ? path : `${ownLayer(layer)}/${weight}`, tensor];
  });
  return new Map(named.filter(([name]) => !/_window\/(kernel|bias)$/.test(name)));
}

/** `inception_3a/1x1` for `inception_3a_1x1_conv`, `conv1_7x7_s2` for `conv1_7x7_s2_bn`. */
function ownLayer(layer: string): string {
  return layer.replace(/_(conv|bn)$/, '').replace(/^(inception_\d[a-e])_/, '$1/');
}
