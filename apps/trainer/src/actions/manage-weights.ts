import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type * as tfl from '@tensorflow/tfjs-layers';
import { cacheFolder } from '@googlenet/download/node';
import { writeSafetensors } from '@googlenet/formats';
import { WEIGHTS, classesOf, imagenetClasses, readWeightsFile, toCompact } from '@googlenet/pretrained';
import { verifyWeightsFile } from '@googlenet/pretrained/node';
import type { WeightsRequest } from '../commands/weights';
import { selectEngine } from '../engines';
import { ExitCode, UserError } from '../errors';
import { remark, say, sayJson, type Io } from '../io';
import { readWeightsBytes } from '../plain-file';
import { thousands } from '../render/format';
import { table } from '../render/table';
import { shown } from '../run-folder';
import {
  asUserError,
  findWeightsFile,
  isWeightsName,
  loadPretrained,
  type NamedWeights,
} from './photo-weights';
import { tfjsFiles, writeOut, type OutFile } from './write-out';

type Request = WeightsRequest & { readonly json: boolean };
type Action = (context: Context, words: readonly string[]) => Promise<ExitCode>;

interface Context {
  io: Io;
  options: Request;
  note: (line: string) => void;
}

const ACTIONS: Readonly<Record<string, Action>> = { list, fetch: fetchWeights, verify, inspect, convert };

/** `googlenet weights`: what there is, fetching it, checking it, looking into files, writing other forms. */
export async function manageWeights(io: Io, words: readonly string[], options: Request): Promise<ExitCode> {
  const [action = '', ...rest] = words;
  const run = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
  if (run === undefined)
    throw new UserError(
      `weights: expected one of ${Object.keys(ACTIONS).join(', ')}, got ${JSON.stringify(action)}. See: googlenet weights --help`,
    );
  return run({ io, options, note: (line) => void (options.json || remark(io, line)) }, rest);
}

function list({ io, options }: Context): Promise<ExitCode> {
  const folder = join(options.cache ?? cacheFolder(), 'weights');
  const entries = Object.values(WEIGHTS).map((entry) => {
    const path = join(folder, entry.fileName);
    return { ...entry, path: existsSync(path) ? path : undefined };
  });
  if (options.json) sayJson(io, entries);
  else {
    const rows = entries.map(({ name, variant, megabytes, accuracy, path }) => [
      name,
      variant,
      `${megabytes} MB`,
      `${accuracy.top1} / ${accuracy.top5}`,
      path === undefined ? 'no' : 'yes',
    ]);
    for (const line of table([['name', 'variant', 'size', 'top-1 / top-5 %', 'fetched'], ...rows]))
      say(io, line);
    for (const { name, title, source, licence, note } of entries) {
      say(io);
      say(io, `${name}: ${title}`);
      for (const fact of [source, `licence: ${licence}`, ...(note === undefined ? [] : [note])])
        say(io, `  ${fact}`);
    }
  }
  return Promise.resolve(ExitCode.ok);
}

/** The one word after an action. */
function only(action: string, what: string, words: readonly string[]): string {
  if (words.length !== 1)
    throw new UserError(
      `weights ${action}: expected ${what}, got ${words.length} words. See: googlenet weights --help`,
    );
  return words[0];
}

async function fetchWeights(context: Context, words: readonly string[]): Promise<ExitCode> {
  const { io, options, note } = context;
  const given = only('fetch', 'the name of a set', words);
  if (given !== 'imagenet' && !isWeightsName(given))
    throw new UserError(
      `weights fetch: expected one of ${Object.keys(WEIGHTS).join(', ')}, got ${JSON.stringify(given)}. See: googlenet weights list`,
    );
  const { name, path } = await findWeightsFile(io, given, { cacheDir: options.cache, note });
  if (options.json) sayJson(io, { name, path });
  else say(io, path);
  return ExitCode.ok;
}

async function verify({ io, options, note }: Context, words: readonly string[]): Promise<ExitCode> {
  const [given = '', file] = words;
  if (words.length > 2 || !(given === 'imagenet' || isWeightsName(given)))
    throw new UserError(
      `weights verify: expected one of ${Object.keys(WEIGHTS).join(', ')} and perhaps a file, got ${words.join(' ') || 'nothing'}. See: googlenet weights list`,
    );
  const name = given === 'imagenet' ? 'caffe' : given;
  const found = file === undefined ? undefined : await findWeightsFile(io, file, { note });
  const path = found?.path ?? (await findWeightsFile(io, name, { cacheDir: options.cache, note })).path;
  const check = await verifyWeightsFile(name, path);
  await selectEngine('cpu', {}, () => undefined);
  const model = await loadPretrained({ name, path });
  const parameters = model.countParams();
  model.dispose();
  if (options.json) sayJson(io, { name, path, ...check, parameters });
  else {
    const verdict = {
      true: 'the published file',
      false: 'not the published file',
      undefined: 'no digest is published',
    };
    say(io, `${shown(io.cwd, path)}: ${thousands(check.bytes)} bytes, ${check.algorithm} ${check.digest}`);
    say(io, `  ${verdict[String(check.published) as keyof typeof verdict]}`);
    say(io, `  all weights of the network are in it: ${thousands(parameters)} parameters`);
  }
  return ExitCode.ok;
}

async function inspect({ io, options }: Context, words: readonly string[]): Promise<ExitCode> {
  const path = resolve(io.cwd, only('inspect', 'a file', words));
  const read = await asUserError(() => readWeightsFile(readWeightsBytes('weights inspect', path)));
  const tensors = [...read.tensors].map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
  const numbers = tensors.reduce(
    (sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1),
    0,
  );
  const facts = {
    container: read.container,
    names: read.table?.name ?? 'unknown',
    tensors: tensors.length,
    numbers,
    classes: classesOf(read),
    auxiliary: read.table?.rows.some((row) => row.auxiliary && read.tensors.has(row.source)) ?? false,
  };
  if (options.json) sayJson(io, { ...facts, metadata: read.metadata, weights: tensors });
  else {
    for (const line of table(tensors.map(({ name, dtype, shape }) => [name, dtype, `[${shape.join(', ')}]`])))
      say(io, line);
    say(
      io,
      `${facts.container} file with names of ${facts.names}: ${facts.tensors} tensors, ${thousands(numbers)} numbers, ${facts.classes ?? 'unknown'} classes, ${facts.auxiliary ? 'with' : 'without'} auxiliary heads`,
    );
  }
  return ExitCode.ok;
}

async function convert(context: Context, words: readonly string[]): Promise<ExitCode> {
  const { io, options, note } = context;
  const { to, quantize } = options;
  if (to !== 'tfjs' && quantize === 'uint8')
    throw new UserError(
      '--quantize: expected float16 with --to safetensors, got uint8. Use --to web for 8 bits.',
    );
  const found = await findWeightsFile(io, only('convert', 'a name or a file', words), {
    cacheDir: options.cache,
    note,
  });
  await selectEngine('cpu', {}, () => undefined);
  const model = await loadPretrained(found);
  const name = `googlenet-${found.name}${quantize === undefined ? '' : `-${quantize}`}`;
  const out = resolve(
    io.cwd,
    options.out ?? (to === 'tfjs' ? name : `${name}${to === 'web' ? '-web' : ''}.safetensors`),
  );
  try {
    const bytes = await writeOut(await convertedFiles(model, found.name, options), out);
    if (options.json) sayJson(io, { ...found, to, quantize, out, bytes });
    else say(io, `${shown(io.cwd, out)}: ${thousands(bytes)} bytes`);
    return ExitCode.ok;
  } finally {
    model.dispose();
  }
}

async function convertedFiles(
  model: tfl.LayersModel,
  name: NamedWeights['name'],
  { to, quantize }: Request,
): Promise<OutFile[]> {
  switch (to) {
    case 'web':
      return [['', await toCompact(model, name)]];
    case 'safetensors': {
      const dtype = quantize === 'float16' ? 'F16' : 'F32';
      return [['', await writeSafetensors(model, { dtype, metadata: { weights: name } })]];
    }
    case 'tfjs': {
      const classNames = imagenetClasses().map((each) => each.name);
      const { preprocessing } = WEIGHTS[name];
      return tfjsFiles(model, quantize, { dataset: 'imagenet', classNames, weights: name, preprocessing });
    }
  }
}
