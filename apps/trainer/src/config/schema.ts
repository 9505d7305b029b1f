import { variantNames } from '@googlenet/model/variants';
import { trainConfigProblems, type TrainConfig } from '@googlenet/training/config';
import { z } from 'zod';
import { DATASET_NAMES, ENGINE_NAMES, PRECISIONS, SOURCE_NAMES } from './names';

const count = z.number().int().min(1);

const data = z.strictObject({
  dataset: z.enum(DATASET_NAMES),
  source: z.enum(SOURCE_NAMES),
  folder: z.string().min(1).optional(),
  subset: count.optional(),
  /** 0 keeps all images for training: nothing is chosen, the last weights stay. */
  validationFraction: z.number().min(0).lt(0.5),
});

const model = z.strictObject({
  variant: z.enum(variantNames),
  widthMultiplier: z.number().gt(0).max(4),
  dropout: z.number().min(0).lt(1).optional(),
  auxiliary: z.boolean(),
  /** Share of the old moving statistics that a step keeps; short runs need less than the usual 0.99. */
  batchNormMomentum: z.number().min(0).lt(1).optional(),
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
  data,
  model,
  training,
});

/** The training settings without the seed. */
export type TrainerTrainConfig = Omit<TrainConfig, 'seed'>;

export type TrainerConfig = z.infer<typeof trainerConfigSchema>;

/** A part of a configuration, as presets, files and flags give it. */
export type PartialConfig = Partial<Omit<TrainerConfig, 'data' | 'model' | 'training'>> & {
  data?: Partial<TrainerConfig['data']>;
  model?: Partial<TrainerConfig['model']>;
  training?: Partial<TrainerTrainConfig>;
};
