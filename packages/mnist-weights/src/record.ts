import {
  commit,
  config,
  epochs,
  images,
  parameters,
  preset,
  seed,
  testAccuracy,
  testLoss,
} from '../model/run.json';

/** How the weights came about, and how well they read. */
export interface MnistRecord {
  /** Part of MNIST's 10,000 test images that is read rightly. */
  readonly testAccuracy: number;
  /** Mean cross-entropy over the test images, in nats. */
  readonly testLoss: number;
  /** Weights, moving statistics included. */
  readonly parameters: number;
  /** Part of the paper's filters. */
  readonly widthMultiplier: number;
  readonly images: { readonly training: number; readonly validation: number; readonly test: number };
  readonly epochs: number;
  /** The trainer's preset: `googlenet train --preset NAME --width WIDTH --seed SEED`. */
  readonly preset: string;
  readonly seed: number;
  /** The commit that trained them. */
  readonly commit: string;
  /** All settings of the run, as the trainer's `config.json` has them. */
  readonly config: object;
}

/** The record of the run that trained the weights. */
export const MNIST_RECORD: MnistRecord = {
  testAccuracy,
  testLoss,
  parameters: parameters.total,
  widthMultiplier: parameters.widthMultiplier,
  images,
  epochs,
  preset,
  seed,
  commit,
  config,
};
