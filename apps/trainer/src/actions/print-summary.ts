import { fromStandardLayers, toStandardLayers } from '@googlenet/inception';
import { googlenet, summarize } from '@googlenet/model';
import type * as tfl from '@tensorflow/tfjs-layers';
import { resolve } from 'node:path';
import type { SummaryRequest } from '../commands/summary';
import { selectEngine } from '../engines';
import { ExitCode } from '../errors';
import { say, sayJson, type Io } from '../io';
import { loadModel } from '../model-files';

/** `googlenet summary`: the layers of a network, their shapes, parameters and multiply-accumulates. */
export async function printSummary(
  io: Io,
  { model: path, all, json, ...options }: SummaryRequest & { readonly json: boolean },
): Promise<ExitCode> {
  await selectEngine('cpu', {}, () => undefined);
  const model: tfl.LayersModel =
    path === undefined ? build(options) : (await loadModel(resolve(io.cwd, path))).model;
  const shown = all ? toStandardLayers(model) : fromStandardLayers(model);
  model.dispose();
  try {
    const result = summarize(shown);
    if (json) sayJson(io, { name: shown.name, rows: result.rows, totals: result.totals });
    else {
      say(io, shown.name);
      for (const line of result.toString().split('\n')) say(io, line);
    }
    return ExitCode.ok;
  } finally {
    shown.dispose();
  }
}

function build({
  variant,
  width,
  classes,
  auxiliary,
}: Omit<SummaryRequest, 'model' | 'all'>): tfl.LayersModel {
  return googlenet({ variant, widthMultiplier: width, auxiliary, numClasses: classes });
}
