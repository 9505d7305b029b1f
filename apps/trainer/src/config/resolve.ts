import { didYouMean } from '@googlenet-tooling/shared/option-names';
import { resolve } from 'node:path';
import type { TrainRequest } from '../commands/train';
import { UserError, messageOf } from '../errors';
import { SETTING_OPTIONS } from '../options/settings';
import {
  DEFAULT_CONFIG,
  DEFAULT_PRESET,
  PHOTOS_PRESET,
  PRESETS,
  isPresetName,
  type Preset,
} from '../presets';
import { MOST_CONFIG_BYTES, readPlainFile } from '../plain-file';
import { FORBIDDEN_KEYS, getPath, isObject, mergeConfig, setPath, type Json } from './merge';
import { describeProblems } from './problems';
import { trainerConfigSchema, type TrainerConfig } from './schema';

/** What `googlenet train` was asked of the configuration. */
export type ConfigRequest = Partial<
  Omit<TrainRequest, 'out' | 'resume' | 'distributed' | 'waitLimit' | 'sweep'>
>;

/**
 * The configuration of a run: defaults < preset < file < flags.
 *
 * @param images - how many training images there are, once that is known: a preset that was made for more adapts to them.
 * @throws {UserError} with every problem at once.
 */
export function resolveConfig(request: ConfigRequest, cwd: string, images?: number): TrainerConfig {
  const file = request.config === undefined ? {} : readConfigFile(resolve(cwd, request.config));
  const problems: string[] = [];
  if (file.preset !== undefined && typeof file.preset !== 'string')
    problems.push(
      `config.preset: expected one of ${Object.keys(PRESETS).join(', ')}, got ${JSON.stringify(file.preset)}.`,
    );
  const presetName =
    request.preset ??
    (typeof file.preset === 'string'
      ? file.preset
      : request.data === undefined
        ? DEFAULT_PRESET
        : PHOTOS_PRESET);
  if (!isPresetName(presetName)) {
    const names = Object.keys(PRESETS);
    problems.push(
      `--preset: expected one of ${names.join(', ')}, got ${JSON.stringify(presetName)}.${didYouMean(presetName, names) || ' Give your own settings with --config FILE.'}`,
    );
  }
  const flags = flagsAsConfig(request, problems);
  const subset = getPath(mergeConfig(file, flags), ['data', 'subset']);
  const preset = presetLayer(presetName, images, subset);
  const layers: Json[] = [preset, file, flags, { preset: presetName }];
  const merged = layers.reduce(
    (config, layer) => mergeConfig(config, layer),
    DEFAULT_CONFIG as unknown as Json,
  );
  if (request.learningRateRule !== undefined && problems.length === 0)
    scaleLearningRate(merged, layers.slice(0, 2), request.learningRateRule);
  const parsed = trainerConfigSchema.safeParse(merged);
  if (!parsed.success) problems.push(...describeProblems(parsed.error.issues, merged));
  else problems.push(...crossProblems(parsed.data));
  if (problems.length > 0 || !parsed.success) throw UserError.of(problems);
  return parsed.data;
}

/** @param images - that there are, where that is known. @param subset - that are asked for, where some are. */
function presetLayer(name: string, images: number | undefined, subset: unknown): Json {
  if (!isPresetName(name)) return {};
  const preset: Preset = PRESETS[name];
  const forSubset = typeof subset === 'number' ? preset.forSubset?.(subset) : undefined;
  const forFewer = images === undefined ? undefined : preset.forFewer?.(images);
  return [forSubset ?? {}, forFewer ?? {}].reduce<Json>(
    (config, more) => mergeConfig(config, more),
    preset.config,
  );
}

/**
 * The learning rate for another batch size than the one that the preset (or the file) was made for: in proportion to it
 * (`linear`, Goyal et al. 2017, arXiv:1706.02677) or to its square root (`sqrt`, Krizhevsky 2014, arXiv:1404.5997).
 */
function scaleLearningRate(merged: Json, base: readonly Json[], rule: 'none' | 'linear' | 'sqrt'): void {
  if (rule === 'none') return;
  const before = base.reduce(
    (config, layer) => mergeConfig(config, layer),
    DEFAULT_CONFIG as unknown as Json,
  );
  const [from, to] = [before, merged].map((config) => getPath(config, ['training', 'batchSize']));
  const learningRate = getPath(merged, ['training', 'schedule', 'learningRate']);
  if (typeof from !== 'number' || typeof to !== 'number' || typeof learningRate !== 'number') return;
  const ratio = to / from;
  setPath(
    merged,
    'training.schedule.learningRate',
    learningRate * (rule === 'linear' ? ratio : Math.sqrt(ratio)),
  );
}

/**
 * Reads a configuration that a run folder keeps.
 *
 * @throws {UserError} with every problem at once.
 */
export function checkConfig(config: unknown): TrainerConfig {
  const shape = isObject(config) ? shapeProblems(config) : [];
  if (shape.length > 0) throw UserError.of(shape);
  const parsed = trainerConfigSchema.safeParse(config);
  if (!parsed.success) throw UserError.of(describeProblems(parsed.error.issues, config));
  return parsed.data;
}

/** What no single setting shows. */
function crossProblems(config: TrainerConfig): string[] {
  const problems: string[] = [];
  if (config.photos !== undefined && config.photos.folder === undefined) {
    problems.push(
      'config.photos.folder: expected a folder of pictures, FOLDER/CLASS/*.jpg, got nothing. Add --data FOLDER.',
    );
  }
  if (config.photos !== undefined && config.model.inputShape !== undefined) {
    problems.push(
      'config.model.inputShape: expected nothing for pictures of your own, which become what their network takes, got a size. Leave --input-shape out.',
    );
  }
  if (config.data.source === 'folder' && config.data.folder === undefined) {
    problems.push(
      'config.data.folder: expected a folder for source "folder", got nothing. Add --data-folder PATH.',
    );
  }
  if (config.data.source === 'package' && config.data.dataset !== 'mnist') {
    problems.push(
      `config.data.source: expected folder or download for ${config.data.dataset}, got "package" (only MNIST comes as a package). Add --source download.`,
    );
  }
  return problems;
}

function readConfigFile(path: string): Json {
  let text: string;
  try {
    text = readPlainFile(path, MOST_CONFIG_BYTES).toString();
  } catch (error) {
    throw new UserError(
      `--config: expected a readable JSON file, got ${path} (${messageOf(error)}). Check the path.`,
      { cause: error },
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(`--config: expected JSON in ${path}, got ${messageOf(error)}. Correct the file.`, {
      cause: error,
    });
  }
  if (!isObject(value))
    throw new UserError(
      `--config: expected a JSON object in ${path}, got ${Array.isArray(value) ? 'an array' : JSON.stringify(value)}. Start it with {.`,
    );
  const problems = shapeProblems(value);
  if (problems.length > 0) throw UserError.of(problems);
  return value;
}

/** A configuration is a few levels deep; what is much deeper, or reaches into JavaScript's own objects, is none. */
const MAX_DEPTH = 16;

/** What is wrong with the shape of a configuration, whatever its settings; goes level by level, so that no depth overflows the stack. */
function shapeProblems(config: Json): string[] {
  let level: { path: string; value: unknown }[] = [{ path: 'config', value: config }];
  const problems: string[] = [];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH)
      return [
        ...problems,
        `config: expected at most ${MAX_DEPTH} levels of settings, got more. Correct the file.`,
      ];
    level = level.flatMap(({ path, value }) =>
      typeof value === 'object' && value !== null
        ? Object.keys(value).map((key) => ({ path: `${path}.${key}`, value: (value as Json)[key], key }))
        : [],
    );
    for (const { path } of level) {
      const key = path.slice(path.lastIndexOf('.') + 1);
      if (FORBIDDEN_KEYS.includes(key))
        problems.push(`${path}: expected only known settings, got ${JSON.stringify(key)}. Remove it.`);
    }
  }
  return problems;
}

/** The settings that flags and `--set` name. */
export function flagsAsConfig(request: ConfigRequest, problems: string[]): Json {
  const config: Json = {};
  for (const [name, { path }] of Object.entries(SETTING_OPTIONS)) {
    const value = request[name as keyof typeof SETTING_OPTIONS];
    if (value !== undefined) setPath(config, path, value);
  }
  if (request.dataFolder !== undefined && request.source === undefined)
    setPath(config, 'data.source', 'folder');
  if (request.augment === false) setPath(config, 'training.augment', null);
  for (const pair of request.set ?? []) {
    const at = pair.indexOf('=');
    if (at < 1)
      problems.push(
        `--set: expected NAME=VALUE such as training.optimizer.beta1=0.95, got ${JSON.stringify(pair)}.`,
      );
    else {
      const path = pair.slice(0, at);
      const value = jsonOrText(pair.slice(at + 1));
      const shape = isObject(value) ? shapeProblems(value) : [];
      if (path.split('.').some((key) => FORBIDDEN_KEYS.includes(key)))
        problems.push(`--set: expected a setting, got ${JSON.stringify(path)}. Correct its name.`);
      else if (shape.length > 0) problems.push(...shape.map((problem) => `--set ${path}: ${problem}`));
      else setPath(config, path, value);
    }
  }
  return config;
}

/** A text that is no JSON is itself: `--set model.variant=paper`. */
function jsonOrText(given: string): unknown {
  try {
    return JSON.parse(given) as unknown;
  } catch {
    return given;
  }
}
