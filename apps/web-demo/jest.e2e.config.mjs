import { jestConfig } from '@googlenet-tooling/config/jest';

/** `E2E_PATIENCE=10` waits ten times as long, for machines that are slow or busy. */
const patience = Number(process.env.E2E_PATIENCE ?? 1);

/** The tests that drive a real browser over the built site. */
export default jestConfig({
  testMatch: ['<rootDir>/e2e/**/*.e2e.ts'],
  globalSetup: '<rootDir>/scripts/build-site.mjs',
  testTimeout: 120_000 * patience,
  maxWorkers: 1,
});
