import { readIdx } from '@googlenet/mnist';

export interface Sample {
  pixels: Uint8Array;
  label: number;
}

let loaded: Promise<Sample[]> | undefined;

/** Ten test digits of each class, fetched once. A failed download may be tried again. */
export function loadSamples(): Promise<Sample[]> {
  loaded ??= fetchSamples().catch((error: unknown) => {
    loaded = undefined;
    throw error;
  });
  return loaded;
}

async function fetchSamples(): Promise<Sample[]> {
  const [images, labels] = await Promise.all(
    ['samples-images-idx3-ubyte', 'samples-labels-idx1-ubyte'].map(fetchIdx),
  );
  if (!images || !labels) return [];
  const [count = 0, height = 0, width = 0] = images.shape;
  return Array.from({ length: count }, (_, i) => ({
    pixels: Uint8Array.from(images.data.subarray(i * height * width, (i + 1) * height * width)),
    label: labels.data[i] ?? 0,
  }));
}

async function fetchIdx(name: string) {
  const response = await fetch(new URL(`data/${name}.gz`, document.baseURI));
  if (!response.ok)
    throw new Error(
      `loadSamples(${name}): expected the file, got status ${response.status}. Reload the page.`,
    );
  return readIdx(new Uint8Array(await response.arrayBuffer()), { name });
}
