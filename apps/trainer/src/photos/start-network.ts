import { didYouMean } from '@googlenet-tooling/shared/option-names';
import type { PixelFormat } from '@googlenet/images';
import { fromStandardLayers } from '@googlenet/inception';
import { endpoints, googlenet, replaceHead } from '@googlenet/model';
import { readWeightsFile, WEIGHTS, type Preprocessing, type WeightsName } from '@googlenet/pretrained';
import { pretrained } from '@googlenet/pretrained/node';
import type * as tfl from '@tensorflow/tfjs-layers';
import { existsSync, statSync } from 'node:fs';
import type { TrainerConfig } from '../config/schema';
import { UserError, messageOf } from '../errors';
import { loadModel } from '../model-files';
import { readWeightsBytes } from '../plain-file';
import { thousands } from '../render/format';

/** A network that photographs are learned on. */
export interface StartNetwork {
  /** With a new head for the classes; the caller disposes it. */
  readonly model: tfl.LayersModel;
  /** How a picture becomes its input. */
  readonly preprocessing: Preprocessing;
  /** Whether it has learned something already. */
  readonly trained: boolean;
}

const UNIT: PixelFormat = { scale: 1 / 255 };

/**
 * The network that `--from` names.
 *
 * @throws {UserError} if there is none, the file is no GoogLeNet, or the network takes no colour pictures.
 */
export async function startNetwork(
  config: TrainerConfig,
  from: string,
  numClasses: number,
  note: (line: string) => void,
  signal: AbortSignal,
): Promise<StartNetwork> {
  const { seed } = config;
  try {
    if (from === 'scratch') return scratch(config, numClasses);
    if (from === 'imagenet') {
      let shown = 0;
      const model = await pretrained({
        weights: 'caffe',
        numClasses,
        seed,
        signal,
        onProgress: ({ receivedBytes }) => {
          if (receivedBytes < shown) return;
          note(
            `loading ${WEIGHTS.caffe.title}: ${thousands(Math.round(receivedBytes / 1e6))} of ${WEIGHTS.caffe.megabytes} MB`,
          );
          shown = receivedBytes + 10e6;
        },
      });
      return { model, preprocessing: forTraining(WEIGHTS.caffe.preprocessing), trained: true };
    }
    if (!existsSync(from))
      throw new UserError(
        `--from: expected imagenet, scratch, a run or a file of weights, got ${from}, which does not exist.${didYouMean(from, ['imagenet', 'scratch'])} Check the path.`,
      );
    return isModel(from) ? await ofRun(from, numClasses, seed) : await ofFile(from, numClasses, seed);
  } catch (error) {
    if (error instanceof UserError || signal.aborted) throw error;
    throw new UserError(`--from: ${messageOf(error)}`, { cause: error });
  }
}

function scratch({ model: options, seed }: TrainerConfig, numClasses: number): StartNetwork {
  const { batchNormMomentum: momentum, ...model } = options;
  const unit = momentum === undefined ? {} : { unit: { momentum } };
  const network = googlenet({
    ...model,
    ...unit,
    auxiliary: false,
    numClasses,
    inputShape: [224, 224, 3],
    seed,
  });
  return { model: network, preprocessing: preprocessingFor(224, UNIT, 'bilinear'), trained: false };
}

async function ofFile(path: string, numClasses: number, seed: number): Promise<StartNetwork> {
  const file = readWeightsBytes('--from', path);
  const { table } = await readWeightsFile(file);
  const weights: WeightsName =
    table !== undefined && table.name in WEIGHTS ? (table.name as WeightsName) : 'caffe';
  const model = await pretrained({ weights, file, numClasses, seed });
  return { model, preprocessing: forTraining(WEIGHTS[weights].preprocessing), trained: true };
}

async function ofRun(path: string, numClasses: number, seed: number): Promise<StartNetwork> {
  const { model: saved, card } = await loadModel(path);
  const model = fromStandardLayers(saved);
  saved.dispose();
  try {
    const [, height, width, channels] = model.inputs[0].shape;
    if (channels !== 3 || typeof height !== 'number' || height !== width)
      throw new UserError(
        `--from: expected a network of square colour pictures, got one of [${model.inputs[0].shape.slice(1).join(', ')}] in ${path}. Choose another.`,
      );
    const preprocessing = card?.preprocessing ?? preprocessingFor(height, UNIT, 'bilinear');
    return {
      model: replaceHead(model, { numClasses, seed, auxiliary: false }),
      preprocessing,
      trained: true,
    };
  } catch (error) {
    model.dispose();
    throw error;
  }
}

function isModel(path: string): boolean {
  return statSync(path).isDirectory() || path.endsWith('.json');
}

/** The same pixels, cut as data sets cut them: the middle of 256, so that random views have room around it. */
function forTraining({ size, pixels, filter }: Preprocessing): Preprocessing {
  return preprocessingFor(size, pixels, filter);
}

function preprocessingFor(size: number, pixels: PixelFormat, filter: Preprocessing['filter']): Preprocessing {
  return { crop: { kind: 'shorterSide', resize: Math.round((size * 256) / 224) }, filter, size, pixels };
}

/**
 * Freezes the layers up to an endpoint, and thaws the others.
 *
 * @param endpoint - `none` freezes nothing.
 * @returns whether anything but the last layer is left to train.
 * @throws {UserError} that lists the endpoints if there is none of that name.
 */
export function freezeUpTo(model: tfl.LayersModel, endpoint: string): boolean {
  const names = endpoints(model)
    .map(({ name }) => name)
    .filter((name) => !['logits', 'predictions'].includes(name));
  const last = endpoint === 'none' ? -1 : model.layers.findIndex(({ name }) => name === endpoint);
  if (endpoint !== 'none' && (last < 0 || !names.includes(endpoint))) {
    const known = names.filter((name) => !/_(conv|bn|relu|pool)$/.test(name) || name === 'global_pool');
    throw new UserError(
      `--freeze: expected none or one of ${known.join(', ')}, got ${JSON.stringify(endpoint)}.${didYouMean(endpoint, names)}`,
    );
  }
  model.layers.forEach((layer, i) => (layer.trainable = i > last));
  return model.layers.some((layer) => layer.name !== 'logits' && layer.trainable && layer.weights.length > 0);
}
