import { isObject, isPositiveInteger } from '@googlenet-tooling/shared/checks';
import { show } from '@googlenet-tooling/shared/show';
import { unknownOptions } from '@googlenet-tooling/shared/option-names';
import { CONV_UNIT_DEFAULTS, type Branch5x5 } from '@googlenet/inception';
import { findAbsurdSizes } from './absurd-sizes';
import type { GoogLeNetOptions, ResolvedOptions } from './option-types';
import { findLostMaps } from './sizes';
import { VARIANTS } from './variants';

const OPTION_NAMES = Object.keys({
  variant: true,
  numClasses: true,
  inputShape: true,
  widthMultiplier: true,
  dropout: true,
  auxiliary: true,
  kernelRegularizer: true,
  branch5x5: true,
  unit: true,
  name: true,
  seed: true,
} satisfies Record<keyof GoogLeNetOptions, true>);

const UNIT_OPTION_NAMES = Object.keys(CONV_UNIT_DEFAULTS).filter((name) => name !== 'activation');

const BRANCHES_5X5 = Object.keys({
  one5x5: true,
  two5x5: true,
  one3x3: true,
  two3x3: true,
} satisfies Record<Branch5x5, true>);

/**
 * The options with the variant's defaults filled in.
 *
 * @throws {RangeError} that names every wrong or unknown option at once.
 * @throws {TypeError} if the options are no object.
 */
export function resolveOptions(options: GoogLeNetOptions): ResolvedOptions {
  const given: unknown = options;
  if (!isObject(given)) {
    throw new TypeError(
      `googlenet: expected an object of options, got ${show(given)}. Write for example googlenet({ variant: 'paper' }).`,
    );
  }
  const { variant = 'mnist' } = options;
  const known = Object.keys(VARIANTS).includes(variant);
  // The other options of an unknown variant are checked as those of the default.
  const spec = VARIANTS[known ? variant : 'mnist'];
  const resolved: ResolvedOptions = {
    variant,
    spec,
    numClasses: options.numClasses ?? spec.numClasses,
    inputShape: options.inputShape ?? [...spec.inputShape],
    widthMultiplier: options.widthMultiplier ?? 1,
    dropout: options.dropout ?? spec.dropout,
    auxiliary: options.auxiliary ?? false,
    kernelRegularizer: options.kernelRegularizer,
    branch5x5: options.branch5x5 ?? spec.branch5x5,
    unit: { ...spec.unit, ...options.unit },
    name: options.name ?? `googlenet_${variant}`,
    seed: options.seed,
  };
  const problems = [
    ...unknownOptions('googlenet', options, OPTION_NAMES),
    ...(isObject(options.unit) ? unknownOptions('googlenet', options.unit, UNIT_OPTION_NAMES, 'unit.') : []),
    ...findProblems(resolved, options.unit ?? {}),
  ];
  if (problems.length > 0) throw new RangeError(problems.join('\n'));
  return resolved;
}

function findProblems(options: ResolvedOptions, unit: unknown): string[] {
  const { variant, numClasses, inputShape, widthMultiplier, dropout, auxiliary, branch5x5, name, seed } =
    options;
  const problems: string[] = [];
  const expect = (ok: boolean, what: string, got: unknown, fix: string) => {
    if (!ok) problems.push(`googlenet: expected ${what}, got ${show(got)}. ${fix}`);
    return ok;
  };
  const variants = Object.keys(VARIANTS);
  const variantFits = expect(
    variants.includes(variant),
    `variant to be one of ${variants.join(', ')}`,
    variant,
    'Choose one of these.',
  );
  const classesFit = expect(
    isPositiveInteger(numClasses) && numClasses > 1,
    'numClasses to be an integer of at least 2',
    numClasses,
    'Give the number of classes in the data.',
  );
  const shapeFits = expect(
    Array.isArray(inputShape) && inputShape.length === 3 && inputShape.every(isPositiveInteger),
    'inputShape to be three positive integers [height, width, channels]',
    inputShape,
    'MNIST is [28, 28, 1].',
  );
  const widthFits = expect(
    Number.isFinite(widthMultiplier) && widthMultiplier > 0,
    'widthMultiplier to be a finite number above 0',
    widthMultiplier,
    'The published network is 1.',
  );
  expect(
    typeof dropout === 'number' && dropout >= 0 && dropout < 1,
    'dropout to be in [0, 1)',
    dropout,
    'Use 0 to drop nothing.',
  );
  expect(typeof auxiliary === 'boolean', 'auxiliary to be true or false', auxiliary, 'Use a boolean.');
  expect(
    BRANCHES_5X5.includes(branch5x5),
    `branch5x5 to be one of ${BRANCHES_5X5.join(', ')}`,
    branch5x5,
    'Use one of these.',
  );
  expect(
    isObject(unit),
    'unit to be an object of options',
    unit,
    'Leave it out for the unit of the variant.',
  );
  expect(typeof name === 'string' && name !== '', 'name to be a word', name, 'Leave it out for a default.');
  expect(
    seed === undefined || Number.isSafeInteger(seed),
    'seed to be a safe integer',
    seed,
    'Leave it out for other weights each time.',
  );
  // Sizes that are no sizes at all leave the others to be measured with the variant's.
  const { spec } = options;
  const absurd = findAbsurdSizes(spec, {
    numClasses: classesFit ? numClasses : spec.numClasses,
    inputShape: shapeFits ? inputShape : [...spec.inputShape],
    widthMultiplier: widthFits ? widthMultiplier : 1,
  });
  problems.push(...absurd);
  if (variantFits && shapeFits && widthFits && absurd.length === 0) problems.push(...findLostMaps(options));
  return problems;
}
