import * as tf from '@tensorflow/tfjs-core';
import { writeValues } from '../classifier/weights';
import type { Share, Team } from './team';

/** What the rows of a step, or of one rank's part of it, add up to. */
export interface Sums {
  loss: number;
  crossEntropy: number;
  correct: number;
  /** How many ranks want to stop. */
  stops: number;
}

/** Adds up a step over all ranks, in one sum. */
export class StepSum {
  /** What goes over the wire; kept from step to step. */
  private wire = new Float32Array(0);

  constructor(private readonly team: Team) {}

  /**
   * Adds up the gradients, what the step measures, and variables, each rank's in proportion to its rows.
   *
   * @param averaged - moving statistics; they are changed.
   * @param sums - they are changed.
   * @returns the gradients of the whole batch; the caller disposes them.
   */
  async over(
    gradients: readonly (tf.Tensor | null)[],
    averaged: readonly tf.Variable[],
    { first, end, images, counted }: Share,
    sums: Sums,
  ): Promise<(tf.Tensor | null)[]> {
    const own = gradients.flatMap((gradient) => gradient ?? []);
    const length = [...own, ...averaged].reduce((total, { size }) => total + size, 0);
    if (this.wire.length !== length + 4) this.wire = new Float32Array(length + 4);
    const { wire } = this;
    let offset = 0;
    for (const gradient of own) {
      wire.set(await gradient.data<'float32'>(), offset);
      offset += gradient.size;
    }
    const weight = (end - first) / images;
    for (const variable of averaged) {
      const place = wire.subarray(offset, offset + variable.size);
      if (counted) place.set(await variable.data<'float32'>());
      else place.fill(0);
      if (weight !== 1) for (let i = 0; i < place.length; i++) place[i] *= weight;
      offset += variable.size;
    }
    wire.set([sums.loss, sums.crossEntropy, sums.correct, sums.stops], offset);
    await this.team.sum(wire);
    [sums.loss, sums.crossEntropy, sums.correct, sums.stops] = wire.subarray(offset);
    offset = 0;
    const take = ({ size }: tf.Tensor) => wire.subarray(offset, (offset += size));
    const summed = gradients.map((gradient) => gradient && tf.tensor(take(gradient), gradient.shape));
    for (const variable of averaged) writeValues(variable, take(variable));
    return summed;
  }
}
