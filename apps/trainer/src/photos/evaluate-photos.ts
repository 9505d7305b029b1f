import { openPhotos, type PhotoDataset } from '@googlenet/images/node';
import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { EvaluateRequest } from '../commands/evaluate';
import type { ReadyModel } from '../actions/ready-model';
import { ExitCode, UserError } from '../errors';
import { evaluateFolded } from '../evaluate-folded';
import { say, sayJson, type Io } from '../io';
import type { ModelCard } from '../model-files';
import { rate } from '../render/format';
import { progressBar } from '../render/progress';
import { runConfig, shown, writeJson } from '../run-folder';
import { photoError } from './photo-error';
import { mistakesOf, photoReportLines } from './show-photo-results';

type PhotoCard = ModelCard & { readonly preprocessing: NonNullable<ModelCard['preprocessing']> };

/** `googlenet evaluate` for a network of photographs: on `--data`, or on what its run did not learn from. */
export async function evaluatePhotos(
  io: Io,
  options: EvaluateRequest & { readonly json: boolean },
  { model, file, engine }: ReadyModel,
  card: PhotoCard,
  note: (line: string) => void,
): Promise<ExitCode> {
  const { batchSize, limit, mistakes: maxMistakes, json: quiet } = options;
  const before = runConfig(file);
  const given = options.data === undefined ? undefined : resolve(io.cwd, options.data);
  const path = given ?? before?.photos?.folder;
  if (path === undefined)
    throw new UserError('--data: expected a folder of pictures, got none. Add --data FOLDER.');
  const own = given === undefined;
  const { size, filter, pixels, crop } = card.preprocessing;
  const photos = await photoError('--data', () =>
    openPhotos(path, {
      height: size,
      width: size,
      ...(crop.kind === 'shorterSide' ? { storedSide: crop.resize } : {}),
      filter,
      pixels,
      corrupt: before?.photos?.corrupt ?? 'stop',
      seed: own ? (before?.seed ?? 0) : 0,
      validationFraction: own ? (before?.data.validationFraction ?? 0) : 0,
      testFraction: own ? (before?.photos?.testFraction ?? 0) : 0,
    }),
  );
  try {
    checkClasses(card.classNames, photos.classNames);
    const part = photos.test ? 'test' : photos.validation ? 'validation' : 'given';
    const whole = photos.test ?? photos.validation ?? photos.train;
    const data = limit === undefined || limit >= whole.size ? whole : spread(whole, limit);
    note(
      `${data.size} ${part} pictures of ${path}${photos.skipped.length > 0 ? `, ${photos.skipped.length} skipped` : ''}`,
    );
    const bar = progressBar(io, 'evaluating', data.size, quiet);
    const report = await evaluateFolded(model, data, {
      batchSize: Math.min(batchSize, 32),
      maxMistakes,
      classNames: data.classNames,
      onProgress: (done) => bar.update(done),
    });
    bar.stop();
    const folder = resolve(io.cwd, options.out ?? dirname(file));
    const result = { model: file, data: path, part, engine, ...report, mistakes: mistakesOf(report, data) };
    mkdirSync(folder, { recursive: true });
    writeJson(join(folder, 'evaluation.json'), result);
    if (quiet) sayJson(io, result);
    else {
      for (const line of photoReportLines(io, report, data, part)) say(io, line);
      say(io);
      say(io, `${rate(report.imagesPerSecond)} on ${engine.name}`);
      say(io, `report: ${shown(io.cwd, join(folder, 'evaluation.json'))}`);
    }
    return ExitCode.ok;
  } finally {
    await photos.close();
  }
}

function checkClasses(learned: readonly string[], found: readonly string[]): void {
  if (learned.length === found.length && learned.every((name, i) => name === found[i])) return;
  throw new UserError(
    `--data: expected folders of the classes that the network knows (${learned.slice(0, 8).join(', ')}), got ${found.slice(0, 8).join(', ')}. Rename the folders, or choose another network.`,
  );
}

/** Every so-manieth picture, so that all classes have a share. */
function spread(data: PhotoDataset, count: number): PhotoDataset {
  return data.pick(Array.from({ length: count }, (_, i) => Math.floor((i * data.size) / count)));
}
