export { resolveTrainConfig, trainDefaults } from './config';
export { optimizerNames, scheduleNames, trainConfigProblems } from './config-rules';
export type { EarlyStoppingConfig, EmaConfig, ResolvedTrainConfig, TrainConfig } from './config';
