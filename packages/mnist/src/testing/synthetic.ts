import type { LabeledImages } from '../labeled-images';

/** Images of `height` x `width` whose pixels tell them apart; labels go round the classes unless given. */
export function syntheticImages(
  count: number,
  options: { height?: number; width?: number; numClasses?: number; labels?: number[] } = {},
): LabeledImages {
  const { height = 4, width = 5, numClasses = 3, labels } = options;
  return {
    images: Uint8Array.from({ length: count * height * width }, (_, i) => (i * 7 + (i >> 5)) % 256),
    labels: Uint8Array.from({ length: count }, (_, i) => labels?.[i] ?? i % numClasses),
    count,
    height,
    width,
    numClasses,
    classNames: Array.from({ length: numClasses }, (_, i) => `class ${i}`),
    name: 'synthetic',
  };
}

/** Everything that an async iterable gives. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
