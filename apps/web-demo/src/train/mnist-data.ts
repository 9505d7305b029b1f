import { loadDatasetFromUrls, type LabeledImages } from '@googlenet/mnist';

type Mnist = { train: LabeledImages; test: LabeledImages };

let loaded: Promise<Mnist> | undefined;

/**
 * MNIST from the site's own files, checked by checksum; fetched once.
 *
 * @param baseUrl - of the page
 * @throws {DataError} if a file cannot be fetched or is not the one that it should be; the next call tries again
 */
export function loadMnist(
  baseUrl: string,
  signal: AbortSignal,
  onBytes: (received: number, total: number) => void,
): Promise<Mnist> {
  loaded ??= fetchMnist(baseUrl, signal, onBytes).catch((error: unknown) => {
    loaded = undefined;
    throw error;
  });
  return loaded;
}

function fetchMnist(
  baseUrl: string,
  signal: AbortSignal,
  onBytes: (received: number, total: number) => void,
): Promise<Mnist> {
  const received = new Map<string, number>();
  const totals = new Map<string, number>();
  return loadDatasetFromUrls({
    name: 'mnist',
    baseUrl: new URL('data/', baseUrl).href,
    signal,
    onProgress: ({ file, receivedBytes, totalBytes }) => {
      received.set(file, receivedBytes);
      if (totalBytes !== undefined) totals.set(file, totalBytes);
      onBytes(sum(received), sum(totals));
    },
  });
}

function sum(map: Map<string, number>): number {
  return [...map.values()].reduce((total, value) => total + value, 0);
}
