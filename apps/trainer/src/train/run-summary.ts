import type { EvaluationReport } from '@googlenet/training';
import { availableParallelism, cpus } from 'node:os';
import { dataName } from '../data-name';
import { provenanceOf } from './provenance';
import type { TrainedRun } from './trained-run';

/** What `summary.json` holds: everything that a claim about the run needs. Times are of all its parts, resumed or not. */
export function summarizeRun({
  config,
  engine,
  data,
  model,
  run,
  counts,
  report,
  cwd,
}: TrainedRun & { readonly report: EvaluationReport; readonly cwd: string }): object {
  const metrics = run.readMetrics();
  const sum = (type: string, read: (record: (typeof metrics)[number]) => unknown): number =>
    metrics
      .filter((record) => record.type === type)
      .reduce((total, record) => total + Number(read(record) ?? 0), 0);
  const done = metrics.findLast((record) => record.type === 'done');
  return {
    finishedAt: new Date().toISOString(),
    preset: config.preset,
    seed: config.seed,
    testAccuracy: report.accuracy,
    testLoss: report.loss,
    testTopK: report.topK,
    calibrationError: report.ece,
    validation: { best: done?.best ?? null, weights: done?.weights },
    steps: done?.step,
    epochs: done?.epochs,
    parameters: { total: model.countParams(), widthMultiplier: config.model.widthMultiplier },
    images: counts,
    times: {
      trainingMs: Math.round(sum('step', (record) => record.durationMs)),
      validationMs: Math.round(
        sum('epoch', (record) => (record.validation as { durationMs?: number } | undefined)?.durationMs),
      ),
      checkpointsMs: Math.round(sum('checkpoint', (record) => record.durationMs)),
      testMs: Math.round(report.durationMs),
      resumed: metrics.filter((record) => record.type === 'start').length - 1,
    },
    engine,
    stretches: metrics
      .filter((record) => record.type === 'start')
      .map(({ time, step, engine: of }) => ({ time, step, engine: of })),
    machine: {
      processor: cpus()[0]?.model.trim() ?? 'unknown',
      cores: availableParallelism(),
      platform: `${process.platform} ${process.arch}`,
    },
    ...provenanceOf(cwd, metrics),
    data: { name: dataName(config.data), source: config.data.source, sha256: data.checksums },
    confusionMatrix: report.confusionMatrix,
    perClass: report.perClass,
    calibration: report.calibration,
    mistakes: report.mistakes,
    config,
  };
}
