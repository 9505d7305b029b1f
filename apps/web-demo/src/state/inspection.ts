import type { MemoryReport } from '../worker/protocol';
import { answered, network } from './network';

declare global {
  /** For tests and for the curious at the console: what each worker's engine holds. */
  var googlenetMemory:
    | {
        predicting: () => Promise<MemoryReport>;
        training: () => Promise<MemoryReport | undefined>;
        /** Predictions so far. */
        answered: () => number;
      }
    | undefined;
}

/** Puts the reports where tests and the console find them. */
export function offerMemoryReports(): void {
  globalThis.googlenetMemory = {
    predicting: () => network.memory(),
    training: async () => (await import('../train/train-state')).trainingMemory(),
    answered,
  };
}
