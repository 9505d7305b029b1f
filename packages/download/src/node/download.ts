import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDigest, type Checksum } from '../checksum';
import { DownloadError, messageOf } from '../errors';
import type { Progress } from '../progress';
import { digestOfFile } from './checksum';
import { claimPart } from './part-file';
import type { TransferOptions } from './transfer';
import { HttpError, transfer } from './transfer';

/** The defaults of `DownloadOptions`. */
export const DEFAULT_DOWNLOAD = { timeoutMs: 30_000, retries: 2, retryDelayMs: 500, maxBytes: 2 ** 30 };

/** Options of {@link download}. */
export interface DownloadOptions {
  /** The same file in several places, tried in order. */
  urls: readonly string[];
  /** Where it is to lie in the end; the folder is created. */
  destination: string;
  checksum?: Checksum;
  /** What to do when no place gives the file, as the end of the message. */
  hint?: string;
  /** Longest time without a byte; default 30,000. */
  timeoutMs?: number;
  /** Further attempts per place after a failure that may pass; default 2. */
  retries?: number;
  /** Wait before the first further attempt, doubled with each; default 500. */
  retryDelayMs?: number;
  /** The largest file that is accepted; default 1 GiB. */
  maxBytes?: number;
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
}

/**
 * Fetches a file once: whole, checked, and moved into place in one step.
 *
 * A file that is already there with the right checksum is kept. What an interrupted transfer
 * left (`destination.part`) is continued where the server can, and thrown away when the result
 * has a wrong checksum. Two processes at once do not disturb each other.
 * @throws {DownloadError} `DOWNLOAD` with every attempt, or `CHECKSUM` if every place gave other bytes.
 * @throws the signal's reason when aborted.
 */
export async function download(options: DownloadOptions): Promise<{ path: string; reused: boolean }> {
  const { urls, destination, checksum, signal } = options;
  signal?.throwIfAborted();
  if (await isComplete(destination, checksum)) return { path: destination, reused: true };
  await mkdir(dirname(destination), { recursive: true });
  const part = await claimPart(destination);
  try {
    const failures: Failure[] = [];
    for (const url of urls) {
      if (await fetchFrom(url, part.path, options, failures)) {
        await rename(part.path, destination);
        return { path: destination, reused: false };
      }
    }
    throw failed(destination, failures, options.hint);
  } finally {
    await part.release();
  }
}

interface Failure {
  url: string;
  reason: string;
  checksum: boolean;
  cause?: unknown;
}

/** Tries one place until it works (true) or further attempts are useless (false). */
async function fetchFrom(
  url: string,
  part: string,
  options: DownloadOptions,
  failures: Failure[],
): Promise<boolean> {
  const { checksum, signal } = options;
  const settings = { ...DEFAULT_DOWNLOAD, ...withoutUndefined(options) };
  const request: TransferOptions = { ...settings, url, part, onProgress: options.onProgress, signal };
  for (let attempt = 0; attempt <= settings.retries; attempt++) {
    try {
      if (attempt > 0) await sleep(settings.retryDelayMs * 2 ** (attempt - 1), undefined, { signal });
      const { resumed } = await transfer(request);
      const found = checksum === undefined ? undefined : await digestOfFile(checksum.algorithm, part);
      if (checksum === undefined || (found !== undefined && isDigest(found, checksum.value))) return true;
      await rm(part, { force: true });
      const reason = `${checksum.algorithm} is ${found}, expected ${checksum.value}`;
      failures.push({ url, reason, checksum: true });
      if (!resumed) return false;
      // What was continued may have been wrong before this place added to it: from nothing, as the same attempt.
      attempt--;
    } catch (cause) {
      signal?.throwIfAborted();
      failures.push({ url, reason: messageOf(cause), checksum: false, cause });
      if (cause instanceof HttpError && !cause.mayPass) return false;
    }
  }
  return false;
}

function failed(
  destination: string,
  failures: readonly Failure[],
  hint = 'Check the network and try again, or fetch the file by hand.',
): DownloadError {
  const attempts = failures.map(({ url, reason }) => `\n  ${url}: ${reason}`).join('');
  const wrong = failures.length > 0 && failures.every((failure) => failure.checksum);
  return new DownloadError(
    wrong ? 'CHECKSUM' : 'DOWNLOAD',
    `download: expected ${destination} from one of its mirrors, got ${failures.length} failures. ${hint}${attempts}`,
    { cause: failures.at(-1)?.cause },
  );
}

async function isComplete(path: string, checksum?: Checksum): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true) return false;
  if (checksum === undefined) return true;
  if (isDigest(await digestOfFile(checksum.algorithm, path), checksum.value)) return true;
  await rm(path);
  return false;
}

function withoutUndefined<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as Partial<T>;
}
