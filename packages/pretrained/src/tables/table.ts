import { INCEPTION_FILTERS } from '@googlenet/model';

/**
 * How the numbers of a weight lie in a file.
 *
 * - `OIHW`, `OI`: Caffe's, PyTorch's and ONNX's kernels and dense kernels; `OI flat`: a dense kernel behind a flattened `[channels, 4, 4]` map.
 * - `HWIO`, `IO`, `vector`: as they are here. `HWIO dense`: a dense kernel kept as a 1x1 convolution.
 */
export type Layout = 'OIHW' | 'OI' | 'OI flat' | 'HWIO' | 'HWIO dense' | 'IO' | 'vector';

/** One weight: its name in the file, its name here, its layout in the file. */
export interface TableRow {
  readonly source: string;
  /** `LAYER/UNIT/weight`. */
  readonly target: string;
  readonly layout: Layout;
  /** Belongs to an auxiliary head, which a file and a model may lack. */
  readonly auxiliary?: boolean;
  /** Depends on the number of classes. */
  readonly head?: boolean;
}

/** The names of one source. */
export interface WeightTable {
  readonly name: string;
  readonly rows: readonly TableRow[];
  /** Tensors of the file that are no weights here. */
  readonly ignored?: (source: string) => boolean;
  /** Leading outputs of the file's classifier that are no class here. */
  readonly backgroundClasses?: number;
}

/** The modules, in the order of the network: `3a`, ... */
export const moduleNames = Object.keys(INCEPTION_FILTERS);
/** The convolutions of a module with one convolution in each branch. */
export const UNITS = ['1x1', '3x3_reduce', '3x3', '5x5_reduce', '5x5', 'pool_proj'] as const;
