import type { PhotoDataset, Photos } from '@googlenet/images/node';
import { featureExtractor } from '@googlenet/model';
import {
  extractFeatures,
  type BatchRequest,
  type Collective,
  type Features,
  type TrainingBatch,
  type TrainingData,
} from '@googlenet/training';
import * as tfl from '@tensorflow/tfjs-layers';
import type { Io } from '../io';
import { thousands } from '../render/format';
import { progressBar } from '../render/progress';

/**
 * The largest store of activations; more pictures go through the frozen layers again in every epoch. A fixed number, so that a run
 * goes on alike on any machine.
 */
const MOST_BYTES = 1e9;

/** What is left to train where the frozen layers have been computed. */
export interface BehindFrozen {
  /** The layers behind the frozen ones, on the same weights; it is not to be disposed by itself. */
  readonly model: tfl.LayersModel;
  readonly data: TrainingData;
  readonly validation: TrainingData | undefined;
}

/**
 * Runs every picture through the frozen layers once, for epochs that always show the same pixels.
 *
 * @param endpoint - the last frozen one; `none` freezes nothing.
 * @returns undefined where there is nothing frozen, the activations are too many to keep, or a way leads around the endpoint.
 */
export async function computeFrozen(
  model: tfl.LayersModel,
  endpoint: string,
  { train, validation }: Pick<Photos, 'train' | 'validation'>,
  { io, json, ...how }: { io: Io; json: boolean; signal?: AbortSignal; collective?: Collective },
  note: (line: string) => void = () => undefined,
): Promise<BehindFrozen | undefined> {
  const behind = endpoint === 'none' ? undefined : modelBehind(model, endpoint);
  if (behind === undefined) return undefined;
  const shape = behind.inputs[0].shape.slice(1) as number[];
  const count = train.size + (validation?.size ?? 0);
  const bytes = 4 * count * shape.reduce((product, side) => product * side, 1);
  if (bytes > MOST_BYTES) return undefined;
  const frozen = flattened(featureExtractor(model, endpoint));
  const bar = progressBar(io, 'frozen', count, json);
  let before = 0;
  const run = async (data: PhotoDataset): Promise<TrainingData> => {
    const features = await extractFeatures(frozen, data, {
      ...how,
      onProgress: (done) => bar.update(before + done),
    });
    before += data.size;
    return new FrozenFeatures(data, features, shape);
  };
  try {
    const result = {
      model: behind,
      data: await run(train),
      validation: validation && (await run(validation)),
    };
    note(
      `layers up to ${endpoint} computed once for ${thousands(count)} pictures (${Math.ceil(bytes / 1e6)} MB)`,
    );
    return result;
  } finally {
    bar.stop();
  }
}

/** Activations in the place of pictures, in the same order. */
class FrozenFeatures implements TrainingData {
  readonly size: number;

  constructor(
    private readonly pictures: PhotoDataset,
    private readonly features: Features,
    private readonly shape: readonly number[],
  ) {
    this.size = pictures.size;
  }

  // eslint-disable-next-line @typescript-eslint/require-await
  async *batches(request: BatchRequest): AsyncGenerator<TrainingBatch> {
    const { values, labels, width } = this.features;
    for (const indices of this.pictures.batchIndices(request)) {
      const images = new Float32Array(indices.length * width);
      indices.forEach((index, row) =>
        images.set(values.subarray(index * width, (index + 1) * width), row * width),
      );
      const shape = [indices.length, ...this.shape];
      yield { images, labels: Int32Array.from(indices, (index) => labels[index]), indices, shape };
    }
  }
}

/** The same outputs, computed from an endpoint's output; undefined where they need more than that. */
function modelBehind(model: tfl.LayersModel, endpoint: string): tfl.LayersModel | undefined {
  const cut = model.getLayer(endpoint).getOutputAt(0) as tfl.SymbolicTensor;
  const input = tfl.input({ shape: cut.shape.slice(1), name: `${endpoint}_computed` });
  const made = new Map<number, tfl.SymbolicTensor | undefined>([[cut.id, input]]);
  const rebuild = (tensor: tfl.SymbolicTensor): tfl.SymbolicTensor | undefined => {
    if (!made.has(tensor.id)) {
      const inputs = tensor.inputs.map(rebuild).filter((one) => one !== undefined);
      const isWhole = inputs.length > 0 && inputs.length === tensor.inputs.length;
      made.set(tensor.id, isWhole ? applied(tensor.sourceLayer, inputs) : undefined);
    }
    return made.get(tensor.id);
  };
  const outputs = model.outputs.map(rebuild).filter((one) => one !== undefined);
  return outputs.length === model.outputs.length
    ? tfl.model({ name: model.name, inputs: input, outputs })
    : undefined;
}

function applied(layer: tfl.layers.Layer, inputs: tfl.SymbolicTensor[]): tfl.SymbolicTensor {
  return layer.apply(inputs.length === 1 ? inputs[0] : inputs) as tfl.SymbolicTensor;
}

function flattened(model: tfl.LayersModel): tfl.LayersModel {
  const [output] = model.outputs;
  if (output.shape.length === 2) return model;
  return tfl.model({
    inputs: model.inputs,
    outputs: tfl.layers.flatten().apply(output) as tfl.SymbolicTensor,
  });
}
