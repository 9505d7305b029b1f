import { createRequire } from 'node:module';
import process from 'node:process';
import { jestConfig } from '@googlenet-tooling/config/jest';

/** tfjs-node asks with `instanceof` for the typed arrays of the process outside of jest. */
const outerArrays = createRequire(import.meta.url).resolve('@googlenet-tooling/config/jest-outer-arrays');

export default jestConfig(
  process.env.TRAINER_TEST_ENGINE === 'tensorflow' ? { testEnvironment: outerArrays } : {},
);
