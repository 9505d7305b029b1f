import { open, rm, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Progress } from '../progress';

/** An answer other than the file. */
export class HttpError extends Error {
  /** Whether asking the same place again may help. */
  readonly mayPass: boolean;

  constructor(status: number, statusText: string) {
    super(`HTTP ${status} ${statusText}`.trim());
    this.mayPass = status >= 500 || status === 429 || status === 408 || status === 416;
  }
}

export interface TransferOptions {
  url: string;
  /** Where the bytes go; what is already there is continued. */
  part: string;
  timeoutMs: number;
  maxBytes: number;
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
}

/**
 * One HTTP transfer into a file.
 *
 * Bytes that arrived before a failure stay in the file for the next attempt.
 * @returns whether the file was continued
 */
export async function transfer(options: TransferOptions): Promise<{ resumed: boolean }> {
  const { url, part, timeoutMs, maxBytes, onProgress } = options;
  const present = (await stat(part).catch(() => undefined))?.size ?? 0;
  const watch = stallWatch(timeoutMs, options.signal);
  try {
    // Compressed in transit, the bytes would not be those of the checksum, nor their count.
    const headers: Record<string, string> = { 'accept-encoding': 'identity' };
    if (present > 0) headers.range = `bytes=${present}-`;
    const response = await watch.guard(fetch(url, { headers, signal: watch.signal }));
    const resumed = response.status === 206 && startOf(response) === present;
    if (!resumed && response.status !== 200) {
      await response.body?.cancel();
      if (response.status === 416 || response.status === 206) await rm(part, { force: true });
      throw new HttpError(response.status, response.statusText);
    }
    const start = resumed ? present : 0;
    const length = Number(response.headers.get('content-length') ?? NaN);
    const totalBytes = Number.isNaN(length) ? undefined : start + length;
    if ((totalBytes ?? 0) > maxBytes) throw tooLarge(totalBytes, maxBytes);
    const file = await open(part, resumed ? 'a' : 'w');
    try {
      let receivedBytes = start;
      const reader = (response.body ?? new Blob().stream()).getReader();
      for (;;) {
        const next = await watch.guard(reader.read());
        if (next.done) break;
        receivedBytes += next.value.length;
        if (receivedBytes > maxBytes) throw tooLarge(receivedBytes, maxBytes);
        await file.writeFile(next.value);
        onProgress?.({ file: basename(new URL(url).pathname), receivedBytes, totalBytes });
      }
      if (totalBytes !== undefined && receivedBytes !== totalBytes) {
        throw new Error(`cut short after ${receivedBytes} of ${totalBytes} bytes`);
      }
    } finally {
      await file.close();
    }
    return { resumed };
  } finally {
    watch.stop();
  }
}

function startOf(response: Response): number | undefined {
  const match = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '');
  return match?.[1] === undefined ? undefined : Number(match[1]);
}

function tooLarge(bytes: number | undefined, maxBytes: number): Error {
  return new Error(`expected at most ${maxBytes} bytes, the server offers ${bytes}`);
}

/** Aborts when `guard` waits longer than `timeoutMs`, or with the caller's signal. */
function stallWatch(timeoutMs: number, outer?: AbortSignal) {
  const controller = new AbortController();
  const forward = () => controller.abort(outer?.reason);
  outer?.addEventListener('abort', forward, { once: true });
  if (outer?.aborted === true) forward();
  return {
    signal: controller.signal,
    async guard<T>(promise: Promise<T>): Promise<T> {
      const timer = setTimeout(() => controller.abort(new Error(`no data for ${timeoutMs} ms`)), timeoutMs);
      try {
        return await promise;
      } finally {
        clearTimeout(timer);
      }
    },
    stop: () => {
      outer?.removeEventListener('abort', forward);
      controller.abort();
    },
  };
}
