import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { fetchBytes } from '@googlenet/download';
import { decodeImage, toFloat32 } from '@googlenet/images';
import { cropForWeights, decodePredictions, pretrained, WEIGHTS } from '@googlenet/pretrained';
import { startEngine } from './engines';
import { describeModules, inspectModule, summarizeModules } from './inspect';
import type { PhotoAnswer, PhotoModel, PhotoSummaries, WeightsManifest } from './photo-protocol';
import type { EngineName, EngineReport, ModuleView, Progress } from './protocol';

const { preprocessing } = WEIGHTS.caffe;

/** What the photo view asks of its worker: the network of ImageNet's 1,000 classes, on an engine of its own. */
export class PhotoWorker {
  private model: tfl.LayersModel | undefined;
  private input: tf.Tensor4D | undefined;

  start(preferred?: EngineName): Promise<EngineReport> {
    return startEngine(preferred);
  }

  /** Fetches and builds the network, and lets it look at an empty picture, so that the first real one is not slower. */
  async load(
    url: string,
    { file, bytes, sha256 }: WeightsManifest,
    onProgress: (progress: Progress) => void,
  ): Promise<PhotoModel> {
    const weights = await fetchBytes(new URL(file, url).href, {
      where: 'PhotoWorker.load',
      checksum: { algorithm: 'sha256', value: sha256 },
      maxBytes: 2 ** 26,
      retries: 2,
      onProgress: ({ receivedBytes }) => onProgress({ loadedBytes: receivedBytes, totalBytes: bytes }),
    });
    const model = await pretrained({ weights: 'caffe', file: weights });
    const side = preprocessing.size;
    const empty = tf.tidy(() => model.predict(tf.zeros([1, side, side, 3])) as tf.Tensor);
    await empty.data();
    empty.dispose();
    this.model?.dispose();
    this.model = model;
    return { parameters: model.countParams(), modules: describeModules(model) };
  }

  /** Decodes a picture file, keeps it for the questions below, and answers. */
  async answer(picture: Uint8Array): Promise<PhotoAnswer> {
    const decoded = await decodeImage(picture);
    const started = performance.now();
    const seen = cropForWeights(decoded, 'caffe');
    const side = preprocessing.size;
    this.input?.dispose();
    this.input = tf.tensor4d(toFloat32(seen, preprocessing.pixels), [1, side, side, 3]);
    const output = tf.tidy(() => this.loaded().predict(this.input as tf.Tensor4D) as tf.Tensor);
    const probabilities = await output.data();
    output.dispose();
    const pixels = new Uint8ClampedArray(side * side * 4).fill(255);
    for (let i = 0; i < side * side; i++) pixels.set(seen.data.subarray(3 * i, 3 * i + 3), 4 * i);
    const durationMs = performance.now() - started;
    return { side, pixels, classes: decodePredictions(probabilities), durationMs };
  }

  summarize(): Promise<PhotoSummaries> {
    return summarizeModules(this.loaded(), this.picture());
  }

  inspect(module: string, target?: number): Promise<ModuleView> {
    return inspectModule(this.loaded(), this.picture(), module, target);
  }

  private loaded(): tfl.LayersModel {
    if (!this.model) throw new Error('PhotoWorker: expected a loaded network, got none. Load it first.');
    return this.model;
  }

  private picture(): tf.Tensor4D {
    if (!this.input) throw new Error('PhotoWorker: expected a picture, got none. Ask for its answer first.');
    return this.input;
  }
}
