import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { fetchBytes } from '@googlenet/download';
import { decodeImage, toFloat32, type PixelImage } from '@googlenet/images';
import { cropForWeights, type Preprocessing } from '@googlenet/pretrained';
import { startEngine } from './engines';
import { describeModules, inspectModule, summarizeModules } from './inspect';
import { artifactsFromFiles } from './model-store';
import { imagenetNetwork, ownNetwork, type PhotoNetwork } from './photo-network';
import type { PhotoAnswer, PhotoModel, PhotoSummaries, WeightsManifest } from './photo-protocol';
import { disposeBoth, predictorOf } from './predictor';
import type { EngineName, EngineReport, ModuleView, Progress } from './protocol';

/** Pixels that are read of a photograph for each pixel of the input, along a side: more change nothing that one could see. */
const ENOUGH = 4;

/** Pictures that a network looks at before the first real one: JavaScript engines compile code once it has run some times. */
const LOOKS = 3;
const EMPTY: PixelImage = { data: new Uint8Array(640 * 480 * 3), width: 640, height: 480, channels: 3 };

interface LoadedNetwork extends PhotoNetwork {
  /** The same network as it answers fastest. */
  readonly predictor: tfl.LayersModel;
}

/** What the photo view asks of its worker: a network of photographs, on an engine of its own. */
export class PhotoWorker {
  private network: LoadedNetwork | undefined;
  private input: tf.Tensor4D | undefined;

  start(preferred?: EngineName): Promise<EngineReport> {
    return startEngine(preferred);
  }

  /** Fetches and builds the network of ImageNet's classes. */
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
    return this.use(await imagenetNetwork(weights));
  }

  /** Builds a network from the files of a run. */
  async open(files: File[]): Promise<PhotoModel> {
    return this.use(await ownNetwork(await artifactsFromFiles(files)));
  }

  /** Decodes a picture file, keeps it for the questions below, and answers. */
  async answer(picture: Uint8Array): Promise<PhotoAnswer> {
    const started = performance.now();
    const { predictor, preprocessing, rank } = this.loaded();
    const side = preprocessing.size;
    const decoded = await decodeImage(picture, { shorterSide: ENOUGH * side });
    const { seen, input, probabilities } = await look(predictor, decoded, preprocessing);
    this.input?.dispose();
    this.input = input;
    const pixels = opaque(seen);
    return { side, pixels, classes: rank(probabilities), durationMs: performance.now() - started };
  }

  summarize(): Promise<PhotoSummaries> {
    return summarizeModules(this.loaded().model, this.picture());
  }

  inspect(module: string, target?: number): Promise<ModuleView> {
    return inspectModule(this.loaded().model, this.picture(), module, target);
  }

  /** Takes a network in place of the one before, once it has looked at empty pictures, so that the first real one is not slower. */
  private async use(network: PhotoNetwork): Promise<PhotoModel> {
    const { model, preprocessing, own } = network;
    let predictor = model;
    try {
      predictor = predictorOf(model);
      for (let i = 0; i < LOOKS; i++) (await look(predictor, EMPTY, preprocessing)).input.dispose();
      const described = { parameters: model.countParams(), modules: describeModules(model) };
      disposeBoth(this.network?.model, this.network?.predictor);
      this.input?.dispose();
      this.network = { ...network, predictor };
      this.input = undefined;
      return { ...described, ...(own && { own }) };
    } catch (error) {
      disposeBoth(model, predictor);
      throw error;
    }
  }

  private loaded(): LoadedNetwork {
    if (!this.network) throw new Error('PhotoWorker: expected a loaded network, got none. Load it first.');
    return this.network;
  }

  private picture(): tf.Tensor4D {
    if (!this.input) throw new Error('PhotoWorker: expected a picture, got none. Ask for its answer first.');
    return this.input;
  }
}

/** What a network sees of a picture and what it says; the caller disposes `input`, `[1, size, size, 3]`. */
async function look(
  model: tfl.LayersModel,
  picture: PixelImage,
  preprocessing: Preprocessing,
): Promise<{ seen: PixelImage; input: tf.Tensor4D; probabilities: Float32Array }> {
  const seen = cropForWeights(picture, preprocessing);
  const input = tf.tensor4d(toFloat32(seen, preprocessing.pixels), [1, seen.height, seen.width, 3]);
  const output = tf.tidy(() => model.predict(input) as tf.Tensor);
  try {
    return { seen, input, probabilities: await output.data<'float32'>() };
  } catch (error) {
    input.dispose();
    throw error;
  } finally {
    output.dispose();
  }
}

/** Red, green and blue with an alpha of 255, as canvases take them. */
function opaque({ data, width, height }: PixelImage): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let from = 0, to = 0; from < data.length; from += 3, to += 4) {
    pixels[to] = data[from];
    pixels[to + 1] = data[from + 1];
    pixels[to + 2] = data[from + 2];
  }
  return pixels;
}
