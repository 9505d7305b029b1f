import type { ImageDataset, Picture } from '@googlenet/mnist';
import { digitStrokes } from '../../e2e/digit-strokes';
import {
  coverageOfDigit,
  coverageOfLines,
  makePhotograph,
  PHOTOGRAPH_KINDS,
  type PhotographKind,
} from '../../../../packages/mnist/src/testing/photographs';
import { KeyedRandom } from '../../../../packages/mnist/src/random';

/** A made photograph of a digit whose class is known. */
export interface PhotographedDigit {
  kind: PhotographKind;
  label: number;
  picture: Picture;
}

/** One of so many is as large as a camera makes it, which takes long to look at. */
const CAMERA_EVERY = 25;
const otherKinds = PHOTOGRAPH_KINDS.filter((kind) => kind !== 'megapixels');

function placeInSeries(index: number): { kind: PhotographKind; round: number } {
  const cameras = Math.floor(index / CAMERA_EVERY);
  if (index % CAMERA_EVERY === CAMERA_EVERY - 1) return { kind: 'megapixels', round: cameras };
  const place = index - cameras;
  return {
    kind: otherKinds[place % otherKinds.length],
    round: Math.floor(place / otherKinds.length),
  };
}

/**
 * Photograph `index` of a series: every 25th of 12 megapixels, the other kinds in turn; of each kind every second digit is a real one of
 * `digits`, the others are written with a pen, thin or thick.
 *
 * @param seed - of the series; other seeds give other digits, papers and light.
 */
export function photographedDigit(digits: ImageDataset, seed: number, index: number): PhotographedDigit {
  const random = new KeyedRandom(seed, index);
  const { kind, round } = placeInSeries(index);
  const own = seed * 1000 + index;
  if (round % 2 === 0) {
    const chosen = random.below(digits.size);
    const coverage = coverageOfDigit(digits.image(chosen));
    return { kind, label: digits.label(chosen), picture: makePhotograph(coverage, kind, own) };
  }
  const label = (Math.floor(round / 2) + index) % 10;
  const [bend, lean] = [random.between(-0.06, 0.06), random.between(-0.12, 0.12)];
  const lines = digitStrokes[label].map((line) =>
    line.map(([x, y]) => [x + bend * Math.sin(5 * y) + lean * (y - 0.5), 0.5 + (y - 0.5) * 1.3] as const),
  );
  return {
    kind,
    label,
    picture: makePhotograph(coverageOfLines(lines, random.between(0.04, 0.11)), kind, own),
  };
}
