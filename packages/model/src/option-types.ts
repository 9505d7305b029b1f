import type { Branch5x5, ConvUnitOptions } from '@googlenet/inception';
import type { Variant, VariantSpec } from './variants';

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
