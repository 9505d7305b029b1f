/**
 * What a training run may be asked for: names, defaults and checks, without TensorFlow.js.
 *
 * Start reading at `config.ts`; `config-rules.ts` is the table of the checks.
 *
 * @packageDocumentation
 */

export { resolveTrainConfig, TRAIN_DEFAULTS } from './config';
export { optimizerNames, scheduleNames, trainConfigProblems } from './config-rules';
export type { EarlyStoppingConfig, EmaConfig, ResolvedTrainConfig, TrainConfig } from './config';
