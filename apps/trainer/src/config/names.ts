import { datasetNames } from '@googlenet/mnist';

/** The engines that `--backend` knows; `auto` takes the first that works, in this order. */
export const ENGINE_NAMES = ['onednn', 'wasm', 'tensorflow', 'cpu'] as const;
/** What convolutions compute with in training; sums, batch norm and weights stay float32. */
export const PRECISIONS = ['float32', 'bf16'] as const;
/** Data sets that can be named; with `--source folder` the name only says how the files are to be read. */
export const DATASET_NAMES = datasetNames;
/** Where data come from. */
export const SOURCE_NAMES = ['package', 'folder', 'download'] as const;

/** What a picture that cannot be read does to a run. */
export const CORRUPT_CHOICES = ['stop', 'skip'] as const;

/** Whether classes of unequal size get an equal say. */
export const CLASS_WEIGHTS = ['none', 'balanced'] as const;
