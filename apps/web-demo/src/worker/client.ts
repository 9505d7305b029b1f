import { wrap, type Remote } from 'comlink';
import type { NetworkWorker } from './network-worker';

/** Starts a worker with an engine of its own. The page has one for predictions; training gets another. */
export function createNetworkWorker(): { remote: Remote<NetworkWorker>; terminate: () => void } {
  const worker = new Worker(new URL('./main.ts', import.meta.url), { type: 'module' });
  return { remote: wrap<NetworkWorker>(worker), terminate: () => worker.terminate() };
}
