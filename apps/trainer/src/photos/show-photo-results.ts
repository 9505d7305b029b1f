import type { PhotoDataset, Photos } from '@googlenet/images/node';
import type { EvaluationReport } from '@googlenet/training';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import type { TrainerConfig } from '../config/schema';
import type { EngineInfo } from '../engines';
import { ExitCode } from '../errors';
import { colorsFor, say, sayJson, type Io } from '../io';
import { percent } from '../render/format';
import { reportLines } from '../render/report';
import { shown, type RunFolder } from '../run-folder';
import { provenanceOf } from '../train/provenance';
import { endCode } from '../train/show-results';

/** A run on pictures that has come to its end. */
export interface PhotoRun {
  readonly config: TrainerConfig;
  readonly engine: EngineInfo;
  readonly run: RunFolder;
  readonly pictures: Photos;
  /** What the report is about. */
  readonly data: PhotoDataset;
  readonly report: EvaluationReport;
  readonly parameters: number;
}

/** Writes `summary.json` and tells how a run on pictures ended. @param part - what was evaluated. */
export function showPhotoResults(io: Io, json: boolean, done: PhotoRun, part: string): ExitCode {
  const { config, run, report, data } = done;
  const summary = summarize(io.cwd, done, part);
  run.writeSummary(summary);
  const model = join(run.modelPath, 'model.json');
  const code = endCode(config, report);
  if (json) sayJson(io, { type: 'summary', run: run.path, model, ...summary });
  else {
    say(io);
    for (const line of photoReportLines(io, report, data, part)) say(io, line);
    say(io);
    say(io, `model   ${shown(io.cwd, model)}`);
    say(io, `summary ${shown(io.cwd, run.summaryPath)}`);
    say(io, `try it  googlenet predict PHOTO.jpg --model ${shown(io.cwd, run.path)}`);
    if (code === ExitCode.belowTarget)
      say(
        io,
        `${part} accuracy ${percent(report.accuracy)} is below the target of ${percent(config.targetAccuracy ?? 0)}`,
      );
  }
  return code;
}

const WORST = 5;

/** A report with the files of the worst mistakes. */
export function photoReportLines(
  io: Io,
  report: EvaluationReport,
  data: PhotoDataset,
  part: string,
): string[] {
  const lines = reportLines(report, data.classNames, colorsFor(io)).map((line) =>
    line.replace('test accuracy', `${part} accuracy`),
  );
  const worst = mistakesOf(report, data).slice(0, WORST);
  if (worst.length === 0) return lines;
  return [
    ...lines,
    '',
    'worst mistakes',
    ...worst.map(
      ({ file, label, predicted, probability }) =>
        `  ${file}: ${label}, taken for ${predicted} (${percent(probability)})`,
    ),
  ];
}

/** Mistakes with names in place of numbers. */
export function mistakesOf(
  report: EvaluationReport,
  data: PhotoDataset,
): { file: string; label: string; predicted: string; probability: number }[] {
  return report.mistakes.map(({ index, label, predicted, probability }) => ({
    file: data.file(index),
    label: data.classNames[label],
    predicted: data.classNames[predicted],
    probability,
  }));
}

function summarize(
  cwd: string,
  { config, engine, run, pictures, data, report, parameters }: PhotoRun,
  part: string,
): object {
  const metrics = run.readMetrics();
  const head = metrics.findLast((record) => record.type === 'head');
  const done = metrics.findLast((record) => record.type === 'done');
  const ofSteps = (field: 'durationMs' | 'dataMs'): number =>
    Math.round(
      metrics.reduce((sum, record) => sum + (record.type === 'step' ? Number(record[field] ?? 0) : 0), 0),
    );
  return {
    finishedAt: new Date().toISOString(),
    preset: config.preset,
    seed: config.seed,
    evaluatedOn: part,
    testAccuracy: report.accuracy,
    testLoss: report.loss,
    calibrationError: report.ece,
    head,
    steps: done?.step ?? 0,
    epochs: done?.epochs ?? 0,
    parameters: { total: parameters },
    images: {
      training: pictures.train.size,
      validation: pictures.validation?.size ?? 0,
      test: pictures.test?.size ?? 0,
      skipped: pictures.skipped.length,
    },
    /** `waitedForDataMs` is the part of `trainingMs` in which no batch was ready. */
    times: {
      trainingMs: ofSteps('durationMs'),
      waitedForDataMs: ofSteps('dataMs'),
      testMs: Math.round(report.durationMs),
    },
    engine,
    machine: {
      processor: cpus()[0]?.model.trim() ?? 'unknown',
      cores: availableParallelism(),
      platform: `${process.platform} ${process.arch}`,
    },
    ...provenanceOf(cwd, metrics),
    data: { folder: config.photos?.folder, fingerprint: pictures.train.fingerprint() },
    classNames: pictures.classNames,
    confusionMatrix: report.confusionMatrix,
    perClass: report.perClass,
    calibration: report.calibration,
    mistakes: mistakesOf(report, data),
    config,
  };
}
