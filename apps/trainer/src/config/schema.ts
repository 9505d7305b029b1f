import { variantNames } from '@googlenet/model/variants';
import { trainConfigProblems, type TrainConfig } from '@googlenet/training/config';
import { z } from 'zod';
import {
  CLASS_WEIGHTS,
  CORRUPT_CHOICES,
  DATASET_NAMES,
  ENGINE_NAMES,
  PRECISIONS,
  SOURCE_NAMES,
} from './names';

const count = z.number().int().min(1);

const data = z.strictObject({
  dataset: z.enum(DATASET_NAMES),
  source: z.enum(SOURCE_NAMES),
  folder: z.string().min(1).optional(),
  subset: count.optional(),
  /** 0 keeps all images for training: nothing is chosen, the last weights stay. */
  validationFraction: z.number().min(0).lt(0.5),
});

/** Height and width, in pixels. */
const imageSize = z.tuple([count.max(4096), count.max(4096)]);

const model = z.strictObject({
  variant: z.enum(variantNames),
  widthMultiplier: z.number().gt(0).max(4),
  dropout: z.number().min(0).lt(1).optional(),
  auxiliary: z.boolean(),
  /** What the images are resized to, for variants that take larger ones; as they are by default. */
  inputShape: imageSize.optional(),
  /** Share of the old moving statistics that a step keeps; short runs need less than the usual 0.99. */
  batchNormMomentum: z.number().min(0).lt(1).optional(),
});

/** Pictures of one's own in place of `data`, whose `validationFraction` holds for them too. */
const photos = z.strictObject({
  /** `FOLDER/CLASS/*.jpg`, the same below `train`, `val` and `test`, or a CSV. */
  folder: z.string().min(1).optional(),
  /** `imagenet`, `scratch`, a run, a model or a file of weights. */
  from: z.string().min(1).default('imagenet'),
  /** Layers up to this endpoint keep their weights; `none` trains all. */
  freeze: z.string().min(1).default('global_pool'),
  corrupt: z.enum(CORRUPT_CHOICES).default('stop'),
  classWeights: z.enum(CLASS_WEIGHTS).default('none'),
  testFraction: z.number().min(0).lt(0.5).default(0),
  /** Threads that decode; by default the cores but one, at most four. */
  workers: z.number().int().min(0).max(64).optional(),
  /** Keeps resized pictures between runs. */
  cacheFolder: z.string().min(1).optional(),
});

/** `@googlenet/training` knows its own settings; the seed comes from above. */
const training = z.custom<TrainerTrainConfig>().superRefine((value, context) => {
  for (const problem of trainConfigProblems(value)) context.addIssue({ code: 'custom', message: problem });
  if (typeof value === 'object' && value !== null && 'seed' in value) {
    context.addIssue({
      code: 'custom',
      message: 'seed: expected the seed one level up, got one here. Set config.seed.',
    });
  }
});

/** Everything that decides a run; a run folder keeps it as `config.json`. */
export const trainerConfigSchema = z.strictObject({
  preset: z.string().optional(),
  backend: z.enum(['auto', ...ENGINE_NAMES]),
  threads: count.optional(),
  precision: z.enum(PRECISIONS).optional(),
  seed: z.number().int().min(0).max(0xffffffff),
  targetAccuracy: z.number().gt(0).max(1).optional(),
  /** Batch norm over the images of all processes that train together. */
  syncBatchNorm: z.boolean().optional(),
  data,
  photos: photos.optional(),
  model,
  training,
});

/** The training settings without the seed. */
export type TrainerTrainConfig = Omit<TrainConfig, 'seed'>;

export type TrainerConfig = z.infer<typeof trainerConfigSchema>;

/** A part of a configuration, as presets, files and flags give it. */
export type PartialConfig = Partial<Omit<TrainerConfig, 'data' | 'photos' | 'model' | 'training'>> & {
  photos?: Partial<NonNullable<TrainerConfig['photos']>>;
  data?: Partial<TrainerConfig['data']>;
  model?: Partial<TrainerConfig['model']>;
  training?: Partial<TrainerTrainConfig>;
};
