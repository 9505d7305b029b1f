import { googlenet, summarize } from '@googlenet/model';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { resolve } from 'node:path';
import type { Options } from '../cli';
import { VARIANT_NAMES } from '../config/schema';
import { selectEngine } from '../engines';
import { ExitCode, UserError } from '../errors';
import { say, type Io } from '../io';
import { loadModel } from '../model-files';
import { oneOf, text, wholeNumber } from '../options';

/** `googlenet summary`: the layers of a network, their shapes, parameters and multiply-accumulates. */
export async function summary(io: Io, options: Options): Promise<ExitCode> {
  const path = text(options, 'model');
  const build = path === undefined ? buildOptions(options) : undefined;
  await selectEngine('cpu', {}, () => undefined);
  const model: LayersModel =
    path === undefined ? googlenet(build) : (await loadModel(resolve(io.cwd, path))).model;
  try {
    const result = summarize(model);
    if (options.json === true)
      say(io, JSON.stringify({ name: model.name, rows: result.rows, totals: result.totals }));
    else {
      say(io, model.name);
      say(io, result.toString());
    }
    return ExitCode.ok;
  } finally {
    model.dispose();
  }
}

function buildOptions(options: Options): Parameters<typeof googlenet>[0] {
  const width = Number(text(options, 'width') ?? '1');
  if (!(width > 0 && width <= 4))
    throw new UserError(
      `--width: expected a number above 0, at most 4, got ${JSON.stringify(options.width)}.`,
    );
  const numClasses = wholeNumber(options, 'classes', 2);
  return {
    variant: oneOf(options, 'variant', VARIANT_NAMES),
    widthMultiplier: width,
    auxiliary: options.auxiliary === true,
    ...(numClasses === undefined ? {} : { numClasses }),
  };
}
