/**
 * A trained GoogLeNet for handwritten digits, weights and all.
 *
 * It knows nothing of data, training and engines. Start reading at `pretrained-mnist.ts`; the files are in `model/`, as the trainer writes them.
 *
 * @packageDocumentation
 */
export { loadMnistWeights, pretrainedMnist, type PretrainedMnistOptions } from './pretrained-mnist';
export { MNIST_RECORD, type MnistRecord } from './record';
