import * as tf from '@tensorflow/tfjs-core';
import { type Digest, expectGolden, fillValues } from '../../../inception/src/testing/golden';
import { testKerasModules } from '../../../inception/src/testing/keras-modules';
import {
  byName,
  goldenNetwork,
  type GoldenSize,
  testKerasNetwork,
} from '../../../model/src/testing/keras-network';
import small from '../__fixtures__/keras-adam-12.json';
import full from '../__fixtures__/keras-adam-28.json';
import type { BatchRequest, TrainingBatch, TrainingData } from '../data';
import { train } from '../loop/train';

const GOLDENS = { 12: small, 28: full };

/**
 * What rounding may do, by size. At 28x28 a ReLU input within rounding of zero is hardly avoidable, and Keras in
 * float32 itself is 1.6e-3 from Keras in float64 after three steps; at 12x12 it is 3e-5, and an optimizer that adds
 * epsilon after the bias correction, as PyTorch's does, is 1.4e-3 away.
 */
const TOLERANCES = { 12: { gradients: 1e-4, steps: 1e-3 }, 28: { gradients: 4e-3, steps: 1e-2 } };

/**
 * Declares every test that compares this project with Keras, on one backend: a module of each kind, one step of the
 * MNIST network, its weights after three Adam steps.
 *
 * For an engine's own tests; not shipped.
 * @param backend - name of a registered backend
 * @param sizes - sides of the input: 28 is MNIST's, 12 is compared more closely and takes a slow engine less than a minute
 */
export function testKerasParity(backend: string, sizes: readonly GoldenSize[] = [12, 28]): void {
  describe(`Keras parity on ${backend}`, () => {
    let previous: string;
    beforeAll(async () => {
      previous = tf.getBackend();
      await tf.setBackend(backend);
    });
    afterAll(async () => {
      if (previous) await tf.setBackend(previous);
    });
    testKerasModules();
    for (const size of sizes) {
      testKerasNetwork(size, TOLERANCES[size].gradients);
      testKerasSteps(size, TOLERANCES[size].steps);
    }
  });
}

/** Declares the test of three Adam steps, on the backend that is current when it runs. */
export function testKerasSteps(size: GoldenSize, tolerance = 1e-4): void {
  it(`the MNIST network at ${size}x${size} has the weights of Keras after three Adam steps`, async () => {
    const golden = GOLDENS[size];
    const model = goldenNetwork(size);
    const losses: number[] = [];
    const config = {
      epochs: 1,
      batchSize: golden.batchSize,
      shuffle: false,
      optimizer: { kind: 'adam', epsilon: 1e-7 },
      schedule: { kind: 'constant', learningRate: 1e-3 },
    } as const;
    for await (const event of train({ model, data: new GoldenData(size), config })) {
      if (event.type === 'step') losses.push(event.loss);
    }
    losses.forEach((loss, step) => expect(Math.abs(loss - golden.losses[step])).toBeLessThan(tolerance));
    expect(losses).toHaveLength(golden.losses.length);
    const weights = byName(model.weights, (weight) => weight.read());
    expectGolden(weights, golden.weights as unknown as Record<string, Digest>, tolerance);
    model.dispose();
  }, 240_000);
}

/** The three batches of the golden file. */
class GoldenData implements TrainingData {
  readonly size: number;

  constructor(private readonly side: GoldenSize) {
    const { batches, batchSize } = GOLDENS[side];
    this.size = batches.length * batchSize;
  }

  async *batches({ startBatch = 0 }: BatchRequest): AsyncGenerator<TrainingBatch> {
    const { batches, batchSize, labels } = GOLDENS[this.side];
    for (let step = startBatch; step < batches.length; step++) {
      const shape = [batchSize, this.side, this.side, 1];
      const images = fillValues(`images ${batches[step]}`, tf.util.sizeFromShape(shape), 0, 1);
      yield { images, labels: Int32Array.from(labels[step]), shape };
    }
  }
}
