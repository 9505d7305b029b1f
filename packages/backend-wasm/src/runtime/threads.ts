import { nodeBuiltin } from './module';
import { WORKER_SOURCE } from './worker-source';

/** What a worker needs to start. */
export interface WorkerStart {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  names: readonly string[];
  thread: number;
}

interface NodeWorker {
  once(event: 'message' | 'error' | 'exit', listener: (value: unknown) => void): void;
  unref(): void;
  terminate(): Promise<number>;
}

interface NodeThreads {
  Worker: new (source: string, options: { eval: boolean; workerData: WorkerStart }) => NodeWorker;
}

/** A started worker. */
export interface Thread {
  terminate(): void;
}

const START_TIMEOUT_MS = 10_000;

/**
 * Starts one worker: a worker_thread in Node (which does not keep the process alive), a Web Worker elsewhere.
 *
 * @param workerUrl - a script with the worker's program, for pages whose Content-Security-Policy forbids `blob:` workers
 * @throws {Error} when the worker does not report within ten seconds or the page may not start it
 */
export async function startThread(start: WorkerStart, workerUrl?: string | URL): Promise<Thread> {
  const node = nodeBuiltin<NodeThreads>('worker_threads');
  return node ? startNodeThread(node, start) : startWebWorker(start, workerUrl);
}

async function startNodeThread(node: NodeThreads, start: WorkerStart): Promise<Thread> {
  const worker = new node.Worker(WORKER_SOURCE, { eval: true, workerData: start });
  await withTimeout((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`exited with code ${String(code)}`)));
  });
  worker.unref();
  return { terminate: () => void worker.terminate() };
}

async function startWebWorker(start: WorkerStart, workerUrl?: string | URL): Promise<Thread> {
  const blobUrl =
    workerUrl === undefined
      ? URL.createObjectURL(new Blob([WORKER_SOURCE], { type: 'text/javascript' }))
      : undefined;
  const worker = new Worker(workerUrl ?? blobUrl ?? '');
  try {
    await withTimeout((resolve, reject) => {
      worker.onmessage = resolve;
      worker.onerror = (event) =>
        reject(new Error(event.message || 'the page’s Content-Security-Policy forbids it; pass workerUrl'));
      worker.postMessage(start);
    });
  } catch (error) {
    worker.terminate();
    throw error;
  } finally {
    if (blobUrl !== undefined) URL.revokeObjectURL(blobUrl);
  }
  return { terminate: () => worker.terminate() };
}

async function withTimeout(
  wait: (resolve: (value: unknown) => void, reject: (reason: unknown) => void) => void,
): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    await new Promise((resolve, reject) => {
      timer = setTimeout(
        () => reject(new Error(`no answer within ${START_TIMEOUT_MS} ms`)),
        START_TIMEOUT_MS,
      );
      wait(resolve, reject);
    });
  } catch (error) {
    throw new Error(
      `googlenet-wasm: expected a worker to start, got: ${error instanceof Error ? error.message : String(error)}.`,
      {
        cause: error,
      },
    );
  } finally {
    clearTimeout(timer);
  }
}
