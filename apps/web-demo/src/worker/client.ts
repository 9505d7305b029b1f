import { wrap, type Remote } from 'comlink';
import type { NetworkWorker } from './network-worker';

export interface WorkerHandle {
  remote: Remote<NetworkWorker>;
  /** Rejects if the worker's code cannot be fetched or run; it never resolves. */
  broken: Promise<never>;
  terminate: () => void;
}

/** Starts a worker with an engine of its own. The page has one for predictions; training gets another. */
export function createNetworkWorker(): WorkerHandle {
  const worker = new Worker(new URL('./main.ts', import.meta.url), { type: 'module' });
  const broken = new Promise<never>((_, reject) => {
    worker.addEventListener('error', ({ message }) => {
      const reason = message || 'its code could not be fetched';
      reject(
        new Error(`createNetworkWorker(): expected a worker, got an error: ${reason}. Reload the page.`),
      );
    });
  });
  broken.catch(() => undefined);
  return { remote: wrap<NetworkWorker>(worker), broken, terminate: () => worker.terminate() };
}
