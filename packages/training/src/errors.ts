/** A training configuration with one or more wrong fields, all of them listed. */
export class TrainConfigError extends RangeError {
  override readonly name = 'TrainConfigError';
  readonly code = 'BAD_TRAIN_CONFIG';

  /** @param problems - one sentence per wrong field. */
  constructor(readonly problems: readonly string[]) {
    super(
      `train(config): ${problems.length} problem${problems.length === 1 ? '' : 's'}.\n${problems.map((p) => `  - ${p}`).join('\n')}`,
    );
  }
}

/** A loss, gradient or weight that is NaN or infinite: training cannot go on from it. */
export class NonFiniteLossError extends Error {
  override readonly name = 'NonFiniteLossError';
  readonly code = 'NON_FINITE_LOSS';

  /**
   * @param step - the step (from 1) that gave the value.
   * @param what - what was not finite, such as `loss`.
   * @param value - the value.
   * @param lastCheckpointStep - the step of the last good checkpoint, if there is one.
   */
  constructor(
    readonly step: number,
    readonly what: string,
    readonly value: number,
    readonly lastCheckpointStep: number | undefined,
  ) {
    const kept =
      lastCheckpointStep === undefined
        ? 'No checkpoint was kept.'
        : `The checkpoint of step ${lastCheckpointStep} is intact.`;
    super(
      `train(step ${step}): expected a finite ${what}, got ${value}. ${kept} ` +
        'Lower the learning rate, lengthen the warm-up or set clipNorm, and check that the images hold no NaN.',
    );
  }
}

/** A checkpoint that cannot be read, or that belongs to another run. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';

  /** @param code - `DAMAGED`: torn or changed bytes; `MISMATCH`: of another model, dataset or configuration; `EXISTS`: the store is in use. */
  constructor(
    readonly code: 'DAMAGED' | 'MISMATCH' | 'EXISTS',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Ranks that train together and can no longer do so. */
export class CollectiveError extends Error {
  override readonly name = 'CollectiveError';

  /** @param code - `DIFFERENT`: not all ranks hold the same; `RANK_FAILED`: another rank has failed, and says why. */
  constructor(
    readonly code: 'DIFFERENT' | 'RANK_FAILED',
    message: string,
  ) {
    super(message);
  }
}
