import type { Branch5x5, ConvUnitOptions } from '@googlenet/inception';
import { VARIANTS, type Variant, type VariantSpec } from './variants';

/** What `googlenet()` takes; every field is optional. */
export interface GoogLeNetOptions {
  /** Default `'mnist'`. */
  variant?: Variant;
  /** Default: the variant's (10 or 1000). */
  numClasses?: number;
  /** Height, width, channels. Default: the variant's. */
  inputShape?: [number, number, number];
  /** Scales every filter count, see `scaleFilters`. Default 1. */
  widthMultiplier?: number;
  /** Share of the features dropped before the classifier, in [0, 1). Default: the variant's. */
  dropout?: number;
  /** Adds the heads `aux1` and `aux2` after 4a and 4d. Default false. */
  auxiliary?: boolean;
  /** Penalty on every kernel, for example `tfl.regularizers.l2({ l2: 2e-4 })`. Default none. */
  kernelRegularizer?: ConvUnitOptions['kernelRegularizer'];
  /** What stands in the 5x5 branch. Default: the variant's. */
  branch5x5?: Branch5x5;
  /**
   * Replaces single fields of the variant's convolution unit, for example `{ useBias: false }` or
   * `{ kernelInitializer: tfl.initializers.heNormal({ seed: 1 }) }`; its `kernelRegularizer` goes before the network's.
   */
  unit?: Omit<ConvUnitOptions, 'activation'>;
  /** Name of the model. Default `googlenet_VARIANT`. */
  name?: string;
  /** Seeds every initial weight and every dropout mask. Default: other weights each time. */
  seed?: number;
}

/** The options with their defaults, and the variant's table. */
export interface ResolvedOptions {
  variant: Variant;
  spec: VariantSpec;
  numClasses: number;
  inputShape: [number, number, number];
  widthMultiplier: number;
  dropout: number;
  auxiliary: boolean;
  kernelRegularizer: ConvUnitOptions['kernelRegularizer'];
  branch5x5: Branch5x5;
  unit: ConvUnitOptions;
  name: string;
  seed: number | undefined;
}

const isPositiveInteger = (value: unknown) => Number.isInteger(value) && (value as number) > 0;

/**
 * The options with the variant's defaults filled in.
 *
 * @throws {RangeError} that names every wrong option at once.
 */
export function resolveOptions(options: GoogLeNetOptions): ResolvedOptions {
  const variant = options.variant ?? 'mnist';
  const names = Object.keys(VARIANTS);
  if (!names.includes(variant)) {
    throw new RangeError(
      `googlenet: expected variant to be one of ${names.join(', ')}, got ${JSON.stringify(variant)}. Choose one of these.`,
    );
  }
  const spec = VARIANTS[variant];
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
  const problems = findProblems(resolved);
  if (problems.length > 0) throw new RangeError(problems.join('\n'));
  return resolved;
}

function findProblems(options: ResolvedOptions): string[] {
  const { numClasses, inputShape, widthMultiplier, dropout, seed } = options;
  const problems: string[] = [];
  const expect = (ok: boolean, what: string, got: unknown, fix: string) => {
    const shown = typeof got === 'number' ? got : JSON.stringify(got);
    if (!ok) {
      problems.push(`googlenet: expected ${what}, got ${String(shown)}. ${fix}`);
    }
  };
  expect(
    isPositiveInteger(numClasses) && numClasses > 1,
    'numClasses to be an integer of at least 2',
    numClasses,
    'Give the number of classes in the data.',
  );
  expect(
    Array.isArray(inputShape) && inputShape.length === 3 && inputShape.every(isPositiveInteger),
    'inputShape to be three positive integers [height, width, channels]',
    inputShape,
    'MNIST is [28, 28, 1].',
  );
  expect(
    Number.isFinite(widthMultiplier) && widthMultiplier > 0,
    'widthMultiplier to be a finite number above 0',
    widthMultiplier,
    'The published network is 1.',
  );
  expect(dropout >= 0 && dropout < 1, 'dropout to be in [0, 1)', dropout, 'Use 0 to drop nothing.');
  expect(
    seed === undefined || Number.isSafeInteger(seed),
    'seed to be a safe integer',
    seed,
    'Leave it out for other weights each time.',
  );
  return problems;
}
