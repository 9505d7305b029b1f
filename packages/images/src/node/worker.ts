import { messageOf } from '@googlenet-tooling/shared/show';
import { parentPort, workerData } from 'node:worker_threads';
import { ImageError } from '../errors';
import { preparePicture, type PrepareJob, type PrepareSettings } from './prepare';

/** What the pool sends and gets back. */
export interface PoolRequest {
  readonly id: number;
  readonly job: PrepareJob;
}

/** See {@link PoolRequest}. */
export interface PoolReply {
  readonly id: number;
  readonly prepared?: ReturnType<typeof preparePicture>;
  readonly error?: { readonly code: ImageError['code'] | undefined; readonly message: string };
}

const settings = workerData as PrepareSettings;

parentPort?.on('message', ({ id, job }: PoolRequest) => {
  let reply: PoolReply;
  try {
    reply = { id, prepared: preparePicture(settings, job) };
  } catch (error) {
    reply = {
      id,
      error: { code: error instanceof ImageError ? error.code : undefined, message: messageOf(error) },
    };
  }
  const values = reply.prepared?.values;
  parentPort?.postMessage(reply, values ? [values.buffer as ArrayBuffer] : []);
});
