import { readFileSync, writeFileSync } from 'node:fs';
import type * as tfl from '@tensorflow/tfjs-layers';
import { logitsModel } from '@googlenet/model';
import { dispose, filledModel, images, maxDifference, outputs } from './models';
import type { Ask } from './python';

/**
 * Expects torchvision's own class to load a file of ours strictly, with equal logits of all heads, and us to read what it saves with its
 * weights halved.
 *
 * @param path - where the file is to lie; its ending says how torchvision is to read it.
 */
export async function expectTorchvisionToAgree(
  ask: Ask,
  path: string,
  write: (model: tfl.LayersModel) => Promise<Uint8Array>,
  read: (file: Uint8Array, model: tfl.LayersModel) => unknown,
): Promise<void> {
  const shape = [64, 64, 3] satisfies [number, number, number];
  const model = filledModel({ variant: 'torchvision', auxiliary: true, inputShape: shape, numClasses: 10 });
  writeFileSync(path, await write(model));
  const [main, aux1, aux2, halved] = ask<number[][][]>('torchvision', path, 'images', [1, ...shape], 10);
  const x = images('images', model, 1);
  const logits = logitsModel(model);
  const compare = (found: number[][], expected: number[][]) =>
    expected.forEach((values, i) =>
      expect(maxDifference(found[i], values) / Math.max(...values.map(Math.abs))).toBeLessThan(1e-5),
    );
  compare(outputs(logits, x), [main[0], aux1[0], aux2[0]]);
  await read(new Uint8Array(readFileSync(`${path}.back`)), model);
  compare(outputs(logits, x), [halved[0]]);
  dispose(model, x);
}
