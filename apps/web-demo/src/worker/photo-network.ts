import type * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { modelCard } from '@googlenet/model';
import {
  decodePredictions,
  preprocess,
  pretrained,
  WEIGHTS,
  type Preprocessing,
} from '@googlenet/pretrained';
import { rankClasses } from '@googlenet/training';
import { areClassNames, loadPhotoModel } from './model-store';
import type { OwnClasses, PhotoClass } from './photo-protocol';

const SHOWN_CLASSES = 5;

/** A network of photographs, with what it wants of a picture and how its answers are called. */
export interface PhotoNetwork {
  readonly model: tfl.LayersModel;
  readonly preprocessing: Preprocessing;
  /** What a visitor's own network was trained on; nothing for ImageNet's. */
  readonly own?: OwnClasses;
  /** The likeliest classes of one row of outputs, at most five. */
  readonly rank: (probabilities: Float32Array) => PhotoClass[];
}

/** Caffe's network of ImageNet's 1,000 classes. */
export async function imagenetNetwork(file: Uint8Array): Promise<PhotoNetwork> {
  return {
    model: await pretrained({ weights: 'caffe', file }),
    preprocessing: WEIGHTS.caffe.preprocessing,
    rank: (probabilities) => decodePredictions(probabilities, SHOWN_CLASSES),
  };
}

/**
 * A network that `googlenet train --data` wrote, or `googlenet weights convert`: its `model.json` says how its classes are called
 * and what it wants of a picture.
 *
 * @throws {TypeError} if it does not say so, or says what does not fit.
 */
export async function ownNetwork(artifacts: tf.io.ModelArtifacts): Promise<PhotoNetwork> {
  const card = modelCard(artifacts);
  const model = await loadPhotoModel(artifacts);
  try {
    const classNames = namesOf(card?.classNames, model.outputs[0].shape[1]);
    const preprocessing = preprocessingOf(card?.preprocessing, model.inputs[0].shape[1]);
    const folder =
      String(card?.dataset ?? '')
        .split(/[\\/]/)
        .at(-1) ?? '';
    return {
      model,
      preprocessing,
      own: { classNames, folder },
      rank: (probabilities) =>
        rankClasses(probabilities, SHOWN_CLASSES).map(({ label, probability }) => ({
          index: label,
          name: classNames[label],
          words: classNames[label],
          probability,
        })),
    };
  } catch (error) {
    model.dispose();
    throw error;
  }
}

function namesOf(names: unknown, classes: number | null): string[] {
  if (areClassNames(names, classes)) return names;
  throw new TypeError(
    `ownNetwork(): expected the names of ${classes} classes in model.json, got ${Array.isArray(names) ? names.length : 'none'}. Choose a network of \`googlenet train --data FOLDER\`.`,
  );
}

function preprocessingOf(given: unknown, side: number | null): Preprocessing {
  const wrong = (got: string, cause?: unknown) =>
    new TypeError(
      `ownNetwork(): expected in model.json how a photograph becomes the input, got ${got}. Choose a network of \`googlenet train --data FOLDER\`.`,
      { cause },
    );
  if (typeof given !== 'object' || given === null) throw wrong('nothing');
  const preprocessing = given as Preprocessing;
  if (preprocessing.size !== side) throw wrong(`a size of ${preprocessing.size} for an input of ${side}`);
  try {
    preprocess({ data: new Uint8Array(12), width: 2, height: 2, channels: 3 }, preprocessing);
  } catch (error) {
    throw wrong('what no picture can be prepared by', error);
  }
  return preprocessing;
}
