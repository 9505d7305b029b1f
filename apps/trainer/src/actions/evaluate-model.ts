import type { ImageDataset } from '@googlenet/mnist';
import type { EvaluationReport } from '@googlenet/training';
import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { EvaluateRequest } from '../commands/evaluate';
import { ExitCode, UserError, messageOf } from '../errors';
import { evaluateFolded } from '../evaluate-folded';
import { colorsFor, remark, say, sayJson, type Io } from '../io';
import { contactSheet, type SheetItem } from '../png/contact-sheet';
import { progressBar } from '../render/progress';
import { rate } from '../render/format';
import { makeWritableFolder } from '../make-folder';
import { reportLines } from '../render/report';
import { shown, writeJson, writeWhole } from '../run-folder';
import { inputSize, readyModel } from './ready-model';
import { loadForModel, modelDataRequest } from './model-data';

/** `googlenet evaluate`: reports on a model, and draws its worst mistakes. */
export async function evaluateModel(
  io: Io,
  options: EvaluateRequest & { readonly json: boolean },
): Promise<ExitCode> {
  const { batchSize, limit, mistakes: maxMistakes, json: quiet } = options;
  const note = (line: string): void => void (quiet || remark(io, line));
  const ready = await readyModel(io, options, note);
  const { model, card, file, engine } = ready;
  try {
    if (card?.preprocessing) {
      const { evaluatePhotos } = await import('../photos/evaluate-photos');
      return await evaluatePhotos(io, options, ready, { ...card, preprocessing: card.preprocessing }, note);
    }
    if (options.data !== undefined)
      throw new UserError(
        '--data: expected a network of photographs, got one of grey images. Use --data-folder for IDX files.',
      );
    const request = modelDataRequest(io, ready, options);
    const { test } = await loadForModel(ready, request, note);
    checkFit(model.outputs[0]?.shape.at(-1), inputSize(model), test);
    const data = limit === undefined || limit >= test.size ? test : test.subset(limit, { seed: 0 });
    const folder = resolve(io.cwd, options.out ?? dirname(file));
    makeWritableFolder('--out', folder);
    const bar = progressBar(io, 'evaluating', data.size, quiet);
    const report = await evaluateFolded(model, data, {
      batchSize,
      maxMistakes,
      classNames: test.classNames,
      onProgress: (done) => bar.update(done),
    });
    bar.stop();
    const sheet = writeMistakes(
      report,
      data,
      folder,
      `${request.dataset}: the ${Math.min(maxMistakes, report.mistakes.length)} worst mistakes`,
    );
    saveReport(folder, { model: file, dataset: request.dataset, engine, ...report });
    if (quiet) sayJson(io, { model: file, dataset: request.dataset, engine, mistakesPng: sheet, ...report });
    else {
      for (const line of reportLines(report, test.classNames, colorsFor(io))) say(io, line);
      say(io);
      say(io, `${rate(report.imagesPerSecond)} on ${engine.name}`);
      if (sheet !== undefined) say(io, `worst mistakes: ${shown(io.cwd, sheet)}`);
      say(io, `report: ${shown(io.cwd, join(folder, 'evaluation.json'))}`);
    }
    return ExitCode.ok;
  } finally {
    model.dispose();
  }
}

/**
 * Writes `mistakes.png`, the misclassified images the worst first, with true class, prediction, probability and position.
 *
 * @returns its path, or undefined where there is nothing to draw.
 */
export function writeMistakes(
  report: EvaluationReport,
  data: ImageDataset,
  folder: string,
  title: string,
): string | undefined {
  if (report.mistakes.length === 0) return undefined;
  const name = (label: number): string => data.classNames[label] ?? String(label);
  const items = report.mistakes.map(({ index, label, predicted, probability }): SheetItem => ({
    pixels: data.image(index),
    caption: `${name(label)} > ${name(predicted)}`,
    note: `${Math.round(100 * probability)}% #${index}`,
  }));
  const path = join(folder, 'mistakes.png');
  writeInto(folder, () =>
    writeWhole(path, contactSheet(items, { title, height: data.height, width: data.width })),
  );
  return path;
}

function saveReport(folder: string, report: object): void {
  writeInto(folder, () => writeJson(join(folder, 'evaluation.json'), report));
}

function writeInto(folder: string, write: () => void): void {
  try {
    mkdirSync(folder, { recursive: true });
    write();
  } catch (error) {
    throw new UserError(
      `--out: expected a folder that can be written, got ${folder} (${messageOf(error)}). Choose another.`,
      { cause: error },
    );
  }
}

function checkFit(
  classes: number | null | undefined,
  { height, width }: { height: number; width: number },
  test: ImageDataset,
): void {
  if (classes !== test.numClasses) {
    throw new UserError(
      `--dataset: expected data of ${String(classes)} classes, as the model has, got ${test.name} with ${test.numClasses}. Choose the data set that it was trained on.`,
    );
  }
  if (height !== test.height || width !== test.width) {
    throw new UserError(
      `--dataset: expected images of ${height}x${width}, as the model takes, got ${test.name} with ${test.height}x${test.width}. Choose another data set.`,
    );
  }
}
