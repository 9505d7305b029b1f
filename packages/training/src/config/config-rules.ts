import { isObject } from '@googlenet-tooling/shared/checks';
import { show } from '@googlenet-tooling/shared/show';
import type { OptimizerConfig } from '../optimizers/optimizers';
import type { ScheduleConfig } from '../optimizers/schedules';

type Rule = readonly [path: string, kind: Kind, required?: 'required'];
type Kind = keyof typeof kinds;

const kinds = {
  count: ['a positive integer', (v: unknown) => Number.isSafeInteger(v) && (v as number) > 0],
  index: ['an integer, 0 or more', (v: unknown) => Number.isSafeInteger(v) && (v as number) >= 0],
  positive: ['a positive number', (v: unknown) => Number.isFinite(v) && (v as number) > 0],
  notNegative: ['a number, 0 or more', (v: unknown) => Number.isFinite(v) && (v as number) >= 0],
  fraction: [
    'a number from 0 up to, not including, 1',
    (v: unknown) => Number.isFinite(v) && (v as number) >= 0 && (v as number) < 1,
  ],
  share: [
    'a number above 0, at most 1',
    (v: unknown) => Number.isFinite(v) && (v as number) > 0 && (v as number) <= 1,
  ],
  boolean: ['true or false', (v: unknown) => typeof v === 'boolean'],
  object: ['an object', isObject],
  milestones: [
    'a list of rising epochs',
    (v: unknown) =>
      Array.isArray(v) && v.every((e, i) => Number.isSafeInteger(e) && e > (i ? (v[i - 1] as number) : 0)),
  ],
  weights: [
    'a list of positive numbers, one for each class',
    (v: unknown) =>
      Array.isArray(v) && v.length > 0 && v.every((w) => Number.isFinite(w) && (w as number) > 0),
  ],
  monitor: ['"loss" or "accuracy"', (v: unknown) => v === 'loss' || v === 'accuracy'],
  normalize: ['"unit" or { mean, std }', (v: unknown) => v === 'unit' || isMeanAndStd(v)],
} as const satisfies Record<string, readonly [string, (value: unknown) => boolean]>;

const RULES: readonly Rule[] = [
  ['epochs', 'count', 'required'],
  ['batchSize', 'count', 'required'],
  ['optimizer', 'object'],
  ['schedule', 'object'],
  ['labelSmoothing', 'fraction'],
  ['classWeights', 'weights'],
  ['auxiliaryWeight', 'notNegative'],
  ['clipNorm', 'positive'],
  ['ema', 'object'],
  ['earlyStopping', 'object'],
  ['seed', 'index'],
  ['shuffle', 'boolean'],
  ['dropRemainder', 'boolean'],
  ['augment', 'object'],
  ['normalize', 'normalize'],
  ['checkpointEverySteps', 'count'],
  ['evaluateBatchSize', 'count'],
];

const NESTED: Record<string, readonly Rule[]> = {
  ema: [
    ['decay', 'fraction', 'required'],
    ['warmup', 'boolean'],
  ],
  earlyStopping: [
    ['monitor', 'monitor'],
    ['patience', 'count'],
    ['minDelta', 'notNegative'],
    ['restoreBest', 'boolean'],
  ],
};

const ADAM_RULES: readonly Rule[] = [
  ['beta1', 'fraction'],
  ['beta2', 'fraction'],
  ['epsilon', 'positive'],
  ['weightDecay', 'notNegative'],
];

const OPTIMIZER_RULES: Record<OptimizerConfig['kind'], readonly Rule[]> = {
  adam: ADAM_RULES,
  adamw: ADAM_RULES,
  sgd: [
    ['momentum', 'fraction'],
    ['nesterov', 'boolean'],
    ['weightDecay', 'notNegative'],
    ['biasLearningRateFactor', 'notNegative'],
  ],
};

const SCHEDULE_RULES: Record<ScheduleConfig['kind'], readonly Rule[]> = {
  constant: [],
  paper: [
    ['factor', 'share'],
    ['everyEpochs', 'count'],
  ],
  step: [
    ['factor', 'share'],
    ['everyEpochs', 'count'],
    ['milestones', 'milestones'],
  ],
  polynomial: [
    ['power', 'positive'],
    ['endLearningRate', 'notNegative'],
  ],
  cosine: [['endLearningRate', 'notNegative']],
  oneCycle: [
    ['warmupFraction', 'fraction'],
    ['initialDivisor', 'positive'],
    ['finalDivisor', 'positive'],
  ],
};

/** What `optimizer.kind` may be. */
export const optimizerNames = Object.keys(OPTIMIZER_RULES) as readonly OptimizerConfig['kind'][];

/** What `schedule.kind` may be. */
export const scheduleNames = Object.keys(SCHEDULE_RULES) as readonly ScheduleConfig['kind'][];

/**
 * Every problem of a configuration, one sentence each; an empty list means that it is good.
 *
 * @param config - anything; also fields that do not exist are reported.
 */
export function trainConfigProblems(config: unknown): string[] {
  if (!isObject(config)) return [`config: expected an object, got ${show(config)}.`];
  const problems = check(config, RULES, '');
  for (const [field, fieldRules] of Object.entries(NESTED)) {
    const value = config[field];
    if (isObject(value)) problems.push(...check(value, fieldRules, `${field}.`));
  }
  problems.push(...checkKind(config['optimizer'], OPTIMIZER_RULES, 'optimizer', []));
  problems.push(
    ...checkKind(config['schedule'], SCHEDULE_RULES, 'schedule', [
      ['learningRate', 'positive', 'required'],
      ['warmupSteps', 'index'],
    ]),
  );
  const { schedule, optimizer } = config;
  if (isObject(schedule) && schedule['kind'] === 'oneCycle' && schedule['warmupSteps']) {
    problems.push(
      'schedule.warmupSteps: expected none with "oneCycle", which warms up itself. Set warmupFraction.',
    );
  }
  if (
    isObject(optimizer) &&
    optimizer['nesterov'] === true &&
    !optimizer['momentum'] &&
    optimizer['momentum'] !== undefined
  ) {
    problems.push('optimizer.nesterov: expected a momentum above 0 with it, got 0. Set optimizer.momentum.');
  }
  return problems;
}

function checkKind(
  value: unknown,
  table: Record<string, readonly Rule[]>,
  field: string,
  common: readonly Rule[],
): string[] {
  if (!isObject(value)) return [];
  const kind = value['kind'];
  const kindRules = typeof kind === 'string' && Object.hasOwn(table, kind) ? table[kind] : undefined;
  if (!kindRules)
    return [`${field}.kind: expected one of ${Object.keys(table).join(', ')}, got ${show(kind)}.`];
  return check(value, [...common, ...kindRules], `${field}.`, ['kind']);
}

function check(
  value: Record<string, unknown>,
  list: readonly Rule[],
  prefix: string,
  known: readonly string[] = [],
): string[] {
  const problems: string[] = [];
  for (const [key, kind, required] of list) {
    const field = value[key];
    if (field === undefined && !required) continue;
    const [expected, test] = kinds[kind];
    if (!test(field)) problems.push(`${prefix}${key}: expected ${expected}, got ${show(field)}.`);
  }
  const names = new Set([...known, ...list.map(([key]) => key)]);
  for (const key of Object.keys(value)) {
    if (!names.has(key))
      problems.push(`${prefix}${key}: expected one of ${[...names].join(', ')}; there is no such field.`);
  }
  return problems;
}

function isMeanAndStd(value: unknown): boolean {
  return (
    isObject(value) &&
    Number.isFinite(value['mean']) &&
    Number.isFinite(value['std']) &&
    (value['std'] as number) > 0
  );
}
