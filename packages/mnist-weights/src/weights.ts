// So that the packages that read these sources know the type of a .bin file too.
// eslint-disable-next-line @typescript-eslint/triple-slash-reference
/// <reference path="./binary.d.ts" />
import type * as tf from '@tensorflow/tfjs-core';
import { weightsManifest } from '../model/model.json';
import base64 from '../model/weights.bin';

/** Names and shapes of the weights, in the order of their bytes. */
export const specs = weightsManifest.flatMap(({ weights }) => weights) as tf.io.WeightsManifestEntry[];

/** The weights, float16. */
export function weightBytes(): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
