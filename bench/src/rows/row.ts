import type { Variant } from '@googlenet/model/variants';

/** What a run measures. */
export interface Workload {
  task: 'train' | 'inference' | 'convolutions' | 'models';
  /** The network of the task `models`. */
  model?: string;
  /** The variant of the tasks `train` and `inference`; nothing is the MNIST variant. */
  variant?: Variant;
  /** Width multiplier of the variant. */
  width: number;
  /** Images a step. */
  batch: number;
  /** Timed steps, at least, after one that warms up. */
  steps: number;
  /** Seconds, at least, for which steps are timed. */
  seconds: number;
}

/** The workload as a command line's options. */
export function optionsOf(workload: Workload): string[] {
  return Object.entries(workload)
    .filter(([, value]) => value !== undefined)
    .flatMap(([name, value]) => [`--${name}`, `${value}`]);
}

/** One line of the table. A row runs in a process of its own that prints one JSON line, a {@link Measurement}. */
export interface Row {
  name: string;
  title: string;
  /** Why it cannot run here; nothing if it can. */
  unavailable?(): string | undefined;
  /** Why it does not run this workload; nothing if it does. */
  skip?(workload: Workload): string | undefined;
  /** The process to start. */
  command(workload: Workload): {
    program: string;
    args: string[];
    env?: Record<string, string>;
    folder?: string;
  };
}

/** What a process prints last. */
export interface Measurement {
  medianMs?: number;
  /** Processor time of a step, all threads together. */
  processorMs?: number;
  /** GFLOP/s by convolution and pass. */
  convolutions?: Record<string, number>;
  /** The largest difference from the stock engine's outputs, as a share of an output's largest value. */
  difference?: number;
}

/** An engine inside Node: what the child process does for a row. */
export interface Engine {
  /** Starts the engine; later calls run on it. */
  start(): Promise<void>;
  /** How the network is built and trained: the project's layers and trainer, or TensorFlow.js's own. */
  network: 'project' | 'stock';
  /** Threads that compute; nothing where the engine takes all cores. */
  threads?: number;
}
