import { jestConfig } from '@googlenet-tooling/config/jest';

/** The tests that drive a real browser over the built site. */
export default jestConfig({
  testMatch: ['<rootDir>/e2e/**/*.e2e.ts'],
  globalSetup: '<rootDir>/scripts/build-site.mjs',
  testTimeout: 120_000,
  maxWorkers: 1,
});
