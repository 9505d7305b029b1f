import type { ImageDataset } from '@googlenet/mnist';
import { join } from 'node:path';
import type { TrainerConfig } from './config/schema';
import { dataName } from './data-name';
import { contactSheet } from './png/contact-sheet';
import { writeWhole } from './run-folder';

/** A training image as it is and as some epochs see it; pixels from 0 to 255. */
export interface AugmentedSample {
  readonly label: string;
  readonly original: Uint8Array;
  readonly variants: readonly Uint8Array[];
}

const SAMPLES = 6;
const VARIANTS = 7;

/** Some training images, each as the first epochs of such a run see it; none where the run leaves its images as they are. */
export async function augmentedSamples(
  training: ImageDataset,
  { seed, training: { augment } }: TrainerConfig,
): Promise<AugmentedSample[]> {
  if (augment === undefined) return [];
  const some = training.subset(Math.min(SAMPLES, training.size), { seed });
  const variants: Float32Array[] = [];
  for (let epoch = 0; epoch < VARIANTS; epoch++)
    for await (const { images } of some.batches({ batchSize: some.size, seed, epoch, augment }))
      variants.push(images);
  const area = some.height * some.width * some.channels;
  return Array.from({ length: some.size }, (_, i) => ({
    label: some.classNames[some.label(i)] ?? String(some.label(i)),
    original: some.image(i),
    variants: variants.map((images) =>
      Uint8Array.from(images.subarray(i * area, (i + 1) * area), (value) => Math.round(255 * value)),
    ),
  }));
}

/** Where {@link writeAugmented} leaves its picture. */
export function augmentedFile(runPath: string): string {
  return join(runPath, 'augmented.png');
}

/** Draws what augmentation makes of some training images into the run folder; nothing where there is no augmentation. */
export async function writeAugmented(
  runPath: string,
  training: ImageDataset,
  config: TrainerConfig,
): Promise<void> {
  const samples = await augmentedSamples(training, config);
  if (samples.length === 0) return;
  const items = samples.flatMap(({ label, original, variants }) => [
    { pixels: original, caption: label, note: 'as it is' },
    ...variants.map((pixels, epoch) => ({ pixels, caption: label, note: `epoch ${epoch + 1}` })),
  ]);
  const { height, width } = training;
  const title = `${dataName(config.data)}: training images as the epochs see them`;
  writeWhole(
    augmentedFile(runPath),
    contactSheet(items, { title, height, width, columns: 1 + VARIANTS, captions: 'plain' }),
  );
}
