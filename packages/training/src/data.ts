/** What {@link TrainingData.batches} is asked for. */
export interface BatchRequest {
  batchSize: number;
  shuffle?: boolean;
  seed?: number;
  /** From 0; shuffling and augmentation differ from epoch to epoch. */
  epoch?: number;
  /** The first batch to give, to go on inside an epoch. */
  startBatch?: number;
  augment?: object;
  normalize?: 'unit' | { mean: number; std: number };
  dropRemainder?: boolean;
  /**
   * Which rows of a batch to make, of how many it has as a whole; the others are for other processes. A dataset may make
   * whole batches all the same; one that makes these rows alone says so with `globalImages`.
   */
  rows?: (images: number) => readonly [first: number, end: number];
}

/** One batch of labelled images. */
export interface TrainingBatch {
  /** Row by row in `shape`. */
  images: Float32Array;
  /** A class index per image. */
  labels: Int32Array;
  /** `[batch, height, width, channels]`, or whatever the model's input wants. */
  shape: readonly number[];
  /** The images' positions in the dataset, where the dataset tells them. */
  indices?: Int32Array;
  /** Images of the whole batch, where these are only the rows that were asked for. */
  globalImages?: number;
}

/**
 * Labelled images to train on or to evaluate with. `ImageDataset` of `@googlenet/mnist` fits as it is.
 *
 * For exact resuming, batch i of an epoch must be a function of `(seed, epoch, i)` alone.
 */
export interface TrainingData {
  /** Number of images. */
  readonly size: number;
  batches(request: BatchRequest): AsyncIterable<TrainingBatch>;
}

let lastTurn = 0;

/** Lets timers, signals and the page's drawing have a turn, if the last one was some milliseconds ago. */
export async function yieldToEventLoop(): Promise<void> {
  if (performance.now() - lastTurn < 12) return;
  await new Promise<void>((resolve) => setTimeout(resolve, 0));
  lastTurn = performance.now();
}
