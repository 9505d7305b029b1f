import * as tf from '@tensorflow/tfjs-core';
import type { Json } from '../config/merge';
import { version } from '../version';
import { gitCommit } from './git-commit';

/**
 * What `summary.json` says of the code and the course of a run.
 *
 * @param cwd - where the command was started; its commit is left out where there is none.
 * @param metrics - the records of `metrics.jsonl`; `history` has an entry for each epoch.
 */
export function provenanceOf(cwd: string, metrics: readonly Json[]): object {
  const commit = gitCommit(cwd);
  return {
    versions: { googlenet: version(), node: process.versions.node, tfjs: tf.version_core },
    ...(commit === undefined ? {} : { commit }),
    history: metrics
      .filter(({ type }) => type === 'epoch')
      .map(({ epoch, step, loss, accuracy, validation, durationMs, imagesPerSecond }) => ({
        epoch,
        step,
        loss,
        accuracy,
        validation,
        durationMs,
        imagesPerSecond,
      })),
  };
}
