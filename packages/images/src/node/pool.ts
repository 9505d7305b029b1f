import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { ImageError } from '../errors';
import { preparePicture, type Prepared, type PrepareJob, type PrepareSettings } from './prepare';
import type { PoolReply, PoolRequest } from './worker';

const isCommonJs = typeof __filename === 'string';
const here = isCommonJs ? __filename : fileURLToPath(import.meta.url);
/** Beside the built library; there is none where the sources run as they are. */
const builtWorker = join(dirname(here), isCommonJs ? 'worker.cjs' : 'worker.js');

/** As many workers as a process's share of the cores but one, at most four: the network needs the rest. */
export function defaultWorkers(workerFile = builtWorker, processes = 1): number {
  const cores = Math.floor(availableParallelism() / processes);
  return existsSync(workerFile) ? Math.min(4, Math.max(1, cores - 1)) : 0;
}

interface Waiting {
  readonly worker: Crew;
  readonly job: PrepareJob;
  resolve(prepared: Prepared): void;
  reject(error: Error): void;
}

interface Crew {
  readonly thread: Worker;
  open: number;
}

/**
 * Threads that prepare pictures.
 *
 * Jobs are handed out when they come, so the threads go on while the caller's thread computes. Idle threads do not keep the process alive.
 */
export class PreparePool {
  private readonly crew: Crew[];
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 0;
  private closed = false;

  /**
   * @param workers - number of threads; 0 prepares in the caller's thread
   * @param workerFile - the built `worker.js`
   */
  constructor(
    private readonly settings: PrepareSettings,
    workers: number,
    workerFile = builtWorker,
  ) {
    this.crew = Array.from({ length: workers }, () => {
      const crew: Crew = { thread: new Worker(workerFile, { workerData: settings }), open: 0 };
      crew.thread.on('message', (reply: PoolReply) => this.settle(reply));
      crew.thread.on('error', (error) => this.abandon(crew, error));
      crew.thread.on('exit', (code) => this.abandon(crew, new Error(`a worker ended with code ${code}`)));
      crew.thread.unref();
      return crew;
    });
  }

  /** How many jobs are best asked for at once. */
  get width(): number {
    return Math.max(1, 4 * this.crew.length);
  }

  run(job: PrepareJob): Promise<Prepared> {
    if (this.closed) return Promise.reject(new Error('the data set has been closed'));
    if (this.crew.length === 0) {
      return new Promise((resolve, reject) => {
        setImmediate(() => {
          try {
            resolve(preparePicture(this.settings, job));
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
          }
        });
      });
    }
    const worker = this.crew.reduce((least, crew) => (crew.open < least.open ? crew : least));
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { worker, job, resolve, reject });
      if (worker.open++ === 0) worker.thread.ref();
      worker.thread.postMessage({ id, job } satisfies PoolRequest);
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.all(this.crew.map(({ thread }) => thread.terminate()));
  }

  private settle({ id, prepared, error }: PoolReply): void {
    const waiting = this.take(id);
    if (!waiting) return;
    if (prepared) waiting.resolve(prepared);
    else
      waiting.reject(
        error?.code === undefined
          ? new Error(`${waiting.job.path}: ${error?.message ?? 'no reply'}`)
          : new ImageError(error.code, error.message),
      );
  }

  private abandon(crew: Crew, error: Error): void {
    for (const [id, { worker, job }] of [...this.waiting])
      if (worker === crew)
        this.take(id)?.reject(new Error(`${job.path}: ${error.message}`, { cause: error }));
  }

  private take(id: number): Waiting | undefined {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (waiting && --waiting.worker.open === 0) waiting.worker.thread.unref();
    return waiting;
  }
}
