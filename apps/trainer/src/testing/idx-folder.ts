import { writeIdx } from '@googlenet/mnist';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What {@link writeIdxFolder} writes. */
export interface SyntheticOptions {
  readonly train: number;
  readonly test: number;
  /** Height and width. */
  readonly size: number;
  /** Default 10, as MNIST has. */
  readonly classes?: number;
}

/**
 * A folder of IDX files under MNIST's names: class `k` is a bright block at a place of its own, on a little noise.
 */
export function writeIdxFolder(
  folder: string,
  { train, test, size, classes = 10 }: SyntheticOptions,
): string {
  mkdirSync(folder, { recursive: true });
  for (const [prefix, count] of [
    ['train', train],
    ['t10k', test],
  ] as const) {
    const images = new Uint8Array(count * size * size);
    const labels = Uint8Array.from({ length: count }, (_, i) => i % classes);
    labels.forEach((label, i) =>
      draw(images.subarray(i * size * size, (i + 1) * size * size), size, label, i),
    );
    writeFileSync(
      join(folder, `${prefix}-images-idx3-ubyte`),
      writeIdx({ shape: [count, size, size], data: images }),
    );
    writeFileSync(join(folder, `${prefix}-labels-idx1-ubyte`), writeIdx({ shape: [count], data: labels }));
  }
  return folder;
}

function draw(pixels: Uint8Array, size: number, label: number, seed: number): void {
  for (let i = 0; i < pixels.length; i++) pixels[i] = (i * 7 + seed * 13) % 32;
  const block = Math.max(1, Math.floor(size / 4));
  const left = (label % 4) * block;
  const top = Math.floor(label / 4) * block;
  for (let y = top; y < top + block; y++)
    for (let x = left; x < left + block; x++) pixels[y * size + x] = 230;
}
