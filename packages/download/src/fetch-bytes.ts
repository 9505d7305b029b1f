import { digest, isDigest, type Checksum } from './checksum';
import { DownloadError, messageOf } from './errors';
import type { Progress } from './progress';

/** The defaults of `FetchBytesOptions`. */
export const DEFAULT_FETCH = { maxBytes: 2 ** 30, retries: 0, retryDelayMs: 500 };

/** Options of {@link fetchBytes}. */
export interface FetchBytesOptions {
  /** Digest of the bytes; `md5` cannot be checked here. */
  checksum?: Checksum & { algorithm: 'sha1' | 'sha256' };
  /** Name of a Cache Storage that keeps the file for the next visit; default none. Passed over where the platform has no Cache Storage. */
  cache?: string;
  /** The largest file that is accepted, in bytes; default 1 GiB. */
  maxBytes?: number;
  /** Further attempts after a failure that may pass, each going on where the last one stopped; default 0. */
  retries?: number;
  /** Wait before the first further attempt, doubled with each, in milliseconds; default 500. */
  retryDelayMs?: number;
  /** Function name in messages; default `fetchBytes`. */
  where?: string;
  /** Default the platform's. */
  fetch?: typeof globalThis.fetch;
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
}

/**
 * Fetches a file into memory: checked, kept in Cache Storage, resumed where a transfer breaks off. Browsers and Node.
 *
 * @throws {DownloadError} `DOWNLOAD` or `CHECKSUM`.
 * @throws the signal's reason when aborted.
 */
export async function fetchBytes(url: string, options: FetchBytesOptions = {}): Promise<Uint8Array> {
  const { checksum, where = 'fetchBytes', signal } = options;
  signal?.throwIfAborted();
  const cache = await openCache(options.cache);
  const kept = await cache?.match(url).catch(() => undefined);
  if (kept !== undefined) {
    const bytes = new Uint8Array(await kept.arrayBuffer());
    if (await matches(bytes, checksum)) return bytes;
    await cache?.delete(url);
  }
  const bytes = await transfer(url, options);
  if (!(await matches(bytes, checksum))) {
    const found = await digest(checksum?.algorithm ?? 'sha256', bytes);
    throw new DownloadError(
      'CHECKSUM',
      `${where}: expected ${checksum?.algorithm} ${checksum?.value} of ${url}, got ${found}. The file is damaged or another one.`,
    );
  }
  // A full disk must not cost the caller the file.
  await cache?.put(url, new Response(bytes as Uint8Array<ArrayBuffer>)).catch(() => undefined);
  return bytes;
}

async function openCache(name: string | undefined): Promise<Cache | undefined> {
  if (name === undefined || typeof caches === 'undefined') return undefined;
  return caches.open(name).catch(() => undefined);
}

async function matches(bytes: Uint8Array, checksum: FetchBytesOptions['checksum']): Promise<boolean> {
  return checksum === undefined || isDigest(await digest(checksum.algorithm, bytes), checksum.value);
}

async function transfer(url: string, options: FetchBytesOptions): Promise<Uint8Array> {
  const { retries = DEFAULT_FETCH.retries, retryDelayMs = DEFAULT_FETCH.retryDelayMs, signal } = options;
  const received: Received = { chunks: [], bytes: 0 };
  for (let attempt = 0; ; attempt++) {
    try {
      await receive(url, received, options);
      return new Uint8Array(await new Blob(received.chunks).arrayBuffer());
    } catch (error) {
      signal?.throwIfAborted();
      if (attempt >= retries || (error instanceof DownloadError && !mayPass(error)))
        throw error instanceof DownloadError ? error : failure(url, options, messageOf(error), error);
      await new Promise((resolve) => setTimeout(resolve, retryDelayMs * 2 ** attempt));
      signal?.throwIfAborted();
    }
  }
}

interface Received {
  chunks: Uint8Array<ArrayBuffer>[];
  bytes: number;
}

/** One request, going on after what has been received. */
async function receive(url: string, received: Received, options: FetchBytesOptions): Promise<void> {
  const { fetch = globalThis.fetch, maxBytes = DEFAULT_FETCH.maxBytes, onProgress, signal } = options;
  const headers: Record<string, string> = received.bytes > 0 ? { range: `bytes=${received.bytes}-` } : {};
  const response = await fetch(url, { headers, signal });
  if (!response.ok) {
    await response.body?.cancel();
    throw failure(url, options, `HTTP ${response.status} ${response.statusText}`.trim(), response.status);
  }
  const range = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1];
  if (response.status !== 206 || Number(range) !== received.bytes) {
    received.chunks = [];
    received.bytes = 0;
  }
  const length = Number(response.headers.get('content-length') ?? NaN);
  // With a content encoding the length is that of the encoded bytes, which are never seen here.
  const known = !Number.isNaN(length) && response.headers.get('content-encoding') === null;
  const totalBytes = known ? received.bytes + length : undefined;
  const file = url.replace(/[?#].*$/, '').replace(/^.*\//, '');
  const reader = (response.body ?? new Blob().stream()).getReader();
  for (;;) {
    const next = await reader.read();
    if (next.done) break;
    received.bytes += next.value.length;
    if (received.bytes > maxBytes) {
      await reader.cancel();
      throw failure(url, options, `more than ${maxBytes} bytes`, 'too large');
    }
    received.chunks.push(next.value);
    onProgress?.({ file, receivedBytes: received.bytes, totalBytes });
  }
}

function failure(
  url: string,
  { where = 'fetchBytes' }: FetchBytesOptions,
  got: string,
  cause?: unknown,
): DownloadError {
  return new DownloadError(
    'DOWNLOAD',
    `${where}: expected a file at ${url}, got ${got}. Check the address, the network, and that the server allows this page (CORS).`,
    { cause },
  );
}

/** A missing or forbidden file stays missing, and one that is too large stays too large. */
function mayPass({ cause }: DownloadError): boolean {
  if (typeof cause === 'number') return cause >= 500 || cause === 429 || cause === 408 || cause === 416;
  return cause !== 'too large';
}
