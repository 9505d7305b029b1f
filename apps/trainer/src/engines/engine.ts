import type { ENGINE_NAMES, PRECISIONS } from '../config/names';

export type EngineName = (typeof ENGINE_NAMES)[number];

/** Whether an engine works here. */
export interface Probe {
  readonly available: boolean;
  /** What is there: a version, a processor feature. */
  readonly detail?: string;
  /** Why it is not available. */
  readonly reason?: string;
  /** What would make it available. */
  readonly hint?: string;
  /** Another engine that `auto` tries first on this machine, and why. */
  readonly comesAfter?: { readonly engine: EngineName; readonly why: string };
}

/** The engine that a command computes with. */
export interface EngineInfo {
  readonly name: EngineName;
  /** What `tf.getBackend()` says. */
  readonly backend: string;
  /** Threads, instruction set, version: whatever is known. */
  readonly detail: string;
}

export interface EngineOptions {
  /** Threads that compute; by default the engine's own choice, the cores of the machine. */
  readonly threads?: number;
  /** By default `float32`. */
  readonly precision?: (typeof PRECISIONS)[number];
}

/** One way to compute. */
export interface Engine {
  readonly name: EngineName;
  /** One line for `doctor`. */
  readonly title: string;
  /** Looks, cheaply; never throws. */
  probe(): Promise<Probe>;
  /** Whether it has `bf16` beside `float32`. */
  readonly bf16?: boolean;
  /** Makes it TensorFlow.js's current backend. */
  use(options: EngineOptions): Promise<EngineInfo>;
}
