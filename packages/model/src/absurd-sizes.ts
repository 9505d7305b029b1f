import { MAX_NUMBERS } from '@googlenet-tooling/shared/checks';
import { show } from '@googlenet-tooling/shared/show';
import type { GoogLeNetOptions } from './option-types';
import { INCEPTION_FILTERS, scaleFilters, type VariantSpec } from './variants';

type Sizes = Required<Pick<GoogLeNetOptions, 'numClasses' | 'inputShape' | 'widthMultiplier'>>;

/** One sentence for each size that asks for a larger image, or for more weights, than an engine can hold. */
export function findAbsurdSizes(spec: VariantSpec, sizes: Sizes): string[] {
  const { numClasses, inputShape, widthMultiplier } = sizes;
  const [height, width, channels] = spec.inputShape;
  const usual: Sizes = {
    numClasses: spec.numClasses,
    inputShape: [height, width, channels],
    widthMultiplier: 1,
  };
  const isTooLarge = (changed: Partial<Sizes>) => countWeights(spec, { ...usual, ...changed }) > MAX_NUMBERS;
  const problems: string[] = [];
  const refuse = (what: string, got: unknown, fix: string) =>
    problems.push(`googlenet: expected ${what}, got ${show(got)}. ${fix}`);
  const network = `for a network of at most ${MAX_NUMBERS} weights`;
  if (isTooLarge({ numClasses }))
    refuse(`numClasses ${network}`, numClasses, 'Give the number of classes in the data.');
  if (inputShape[0] * inputShape[1] * inputShape[2] > MAX_NUMBERS)
    refuse(`inputShape of at most ${MAX_NUMBERS} numbers`, inputShape, 'Use smaller images.');
  else if (isTooLarge({ inputShape })) refuse(`inputShape ${network}`, inputShape, 'Use fewer channels.');
  if (isTooLarge({ widthMultiplier }))
    refuse(`widthMultiplier ${network}`, widthMultiplier, 'The published network is 1.');
  if (problems.length === 0 && isTooLarge(sizes))
    refuse(`sizes ${network}`, sizes, 'Use a smaller widthMultiplier or fewer classes.');
  return problems;
}

/** Weights of the kernels without auxiliary heads, with one 5x5 in the 5x5 branch whatever the variant has there. */
function countWeights({ trunk }: VariantSpec, { numClasses, inputShape, widthMultiplier }: Sizes): number {
  const scale = (filters: number) => scaleFilters(filters, widthMultiplier);
  let weights = 0;
  let channels = inputShape[2];
  for (const row of trunk) {
    if (row.kind === 'conv') {
      const filters = scale(row.filters);
      weights += row.kernelSize ** 2 * channels * filters;
      channels = filters;
    } else if (row.kind === 'inception') {
      const [one, reduce3, three, reduce5, five, projection] = INCEPTION_FILTERS[row.module].map(scale);
      weights +=
        channels * (one + reduce3 + reduce5 + projection) + 9 * reduce3 * three + 25 * reduce5 * five;
      channels = one + three + five + projection;
    }
  }
  return weights + channels * numClasses;
}
