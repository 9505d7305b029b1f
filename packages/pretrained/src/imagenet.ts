import { IMAGENET_LINES } from './imagenet-data';

/** A class of ImageNet's challenge. */
export interface ImagenetClass {
  /** WordNet id, for example `n02124075`. */
  readonly id: string;
  /** The first of its words, for example `Egyptian cat`. */
  readonly name: string;
  /** All of its words, for example `tiger, Panthera tigris`. */
  readonly words: string;
}

let classes: readonly ImagenetClass[] | undefined;

/** The 1,000 classes in the order of the outputs; the same list on every call. */
export function imagenetClasses(): readonly ImagenetClass[] {
  classes ??= IMAGENET_LINES.split('\n').map((line) => {
    const [id, words] = [line.slice(0, 9), line.slice(10)];
    return { id, name: words.split(',', 1)[0], words };
  });
  return classes;
}

/** A class and how likely the network finds it. */
export interface DecodedPrediction extends ImagenetClass {
  /** Place among the outputs. */
  readonly index: number;
  readonly probability: number;
}

/**
 * The likeliest classes of one picture, the likeliest first; equal ones in the order of the outputs.
 *
 * @param probabilities - `[1000]`, one row of the network's output.
 * @param count - how many, at most 1000; default 5.
 * @throws {RangeError} if there are not 1,000 probabilities, or `count` is not an integer from 1 to 1000.
 */
export function decodePredictions(probabilities: ArrayLike<number>, count = 5): DecodedPrediction[] {
  const names = imagenetClasses();
  if (probabilities.length !== names.length) {
    throw new RangeError(
      `decodePredictions: expected ${names.length} probabilities, got ${probabilities.length}. Give one row of the output of a network with ImageNet's classes.`,
    );
  }
  if (!Number.isInteger(count) || count < 1 || count > names.length) {
    throw new RangeError(
      `decodePredictions: expected count to be an integer from 1 to ${names.length}, got ${String(count)}. Leave it out for 5.`,
    );
  }
  const order = Array.from({ length: names.length }, (_, i) => i);
  order.sort((a, b) => probabilities[b] - probabilities[a] || a - b);
  return order
    .slice(0, count)
    .map((index) => ({ index, ...names[index], probability: probabilities[index] }));
}
