import { join } from 'node:path';
import { z } from 'zod';
import type { Json } from '../config/merge';
import { readJsonFile } from '../runs/read-files';
import type { RunRecord } from '../runs/read-run';

const share = z.number();

const calibration = z.array(
  z.object({ from: share, to: share, count: z.number(), confidence: share, accuracy: share }),
);

const mistakes = z.array(
  z.object({
    index: z.number().int().min(0),
    label: z.number().int(),
    predicted: z.number().int(),
    probability: share,
  }),
);

const photoMistakes = z.array(
  z.object({ file: z.string(), label: z.string(), predicted: z.string(), probability: share }),
);

const matrix = z.array(z.array(z.number()));

const perClass = z.array(
  z.object({
    label: z.number().int(),
    name: z.string().optional(),
    support: z.number(),
    precision: share,
    recall: share,
    f1: share,
  }),
);

/** What a finished run's files say of its evaluation; what they do not say, or not in this form, is left out. */
export interface Results {
  /** What was evaluated: `test`, or another part where there were no test pictures. */
  readonly part: string;
  readonly classNames: readonly string[];
  readonly calibrationError: number | undefined;
  readonly matrix: z.infer<typeof matrix> | undefined;
  readonly perClass: z.infer<typeof perClass> | undefined;
  readonly calibration: z.infer<typeof calibration> | undefined;
  /** The worst first. */
  readonly mistakes: z.infer<typeof mistakes> | undefined;
  /** Of a run on photographs. */
  readonly photoMistakes: z.infer<typeof photoMistakes> | undefined;
}

/**
 * The evaluation of a finished run, from `summary.json`; undefined before its end.
 *
 * Runs of older versions kept less: what `googlenet evaluate` wrote beside the model fills the gaps where it is about the same images.
 */
export function readResults({ path }: RunRecord, summary: Json | undefined): Results | undefined {
  if (summary === undefined) return undefined;
  const later = evaluationOf(path, summary);
  const read = <T>(schema: z.ZodType<T>, name: string): T | undefined =>
    schema.safeParse(summary[name]).data ?? schema.safeParse(later[name]).data;
  const classes = read(perClass, 'perClass');
  return {
    part: typeof summary.evaluatedOn === 'string' ? summary.evaluatedOn : 'test',
    classNames: classes?.map(({ name, label }) => name ?? String(label)) ?? [],
    calibrationError: read(share, 'calibrationError'),
    matrix: read(matrix, 'confusionMatrix'),
    perClass: classes,
    calibration: read(calibration, 'calibration'),
    mistakes: read(mistakes, 'mistakes'),
    photoMistakes: read(photoMistakes, 'mistakes'),
  };
}

function evaluationOf(path: string, summary: Json): Json {
  const evaluation = readJsonFile(join(path, 'model', 'evaluation.json')) ?? {};
  const same = JSON.stringify(evaluation.confusionMatrix) === JSON.stringify(summary.confusionMatrix);
  return same ? evaluation : {};
}
