import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { toCompact } from '@googlenet/pretrained';
import { pretrained } from '@googlenet/pretrained/node';

/** Caffe's weights in 8 bits, from the bytes of a file or from the cache folder, into which they are fetched once. */
export async function convertWeights(file?: Uint8Array): Promise<Uint8Array> {
  await tf.setBackend('cpu');
  const model = await pretrained({ weights: 'caffe', ...(file && { file: new Uint8Array(file) }) });
  try {
    return await toCompact(model, 'caffe');
  } finally {
    model.dispose();
  }
}
