/** The arrays that MPI sums and sends. */
export type Numbers = Float32Array | Float64Array;

/** The native add-on's functions; `native/addon.cc` says what each does. */
export interface Addon {
  version(): string;
  start(): World;
  setLimit(seconds: number, exitCode: number): void;
  allReduce(values: Numbers, sharing: 0 | 1, wait: 0): Promise<void>;
  allReduce(values: Numbers, sharing: 0 | 1, wait: 1): undefined;
  broadcast(values: Numbers, root: number): Promise<void>;
  barrier(): Promise<void>;
  finish(): Promise<void>;
  abort(exitCode: number): never;
  seconds(): number;
}

/** What a rank learns when it starts. */
export interface World {
  /** From 0. */
  rank: number;
  /** Number of ranks. */
  size: number;
  /** Among the ranks on this machine, from 0. */
  localRank: number;
  /** Ranks on this machine. */
  localSize: number;
  /** Cores that this rank may use. */
  cores: number;
  /** Cores that the ranks of this machine may use together. */
  localCores: number;
  /** What `MPI_Init_thread` granted, as MPI's constant. */
  threadLevel: number;
}
