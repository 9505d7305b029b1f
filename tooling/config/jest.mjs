import { fileURLToPath } from 'node:url';

const packages = fileURLToPath(new URL('../../packages/', import.meta.url));
const shared = fileURLToPath(new URL('../shared/', import.meta.url));
const sameChance = fileURLToPath(new URL('./jest-same-chance.cjs', import.meta.url));

/**
 * The jest configuration of a workspace: TypeScript through swc, the
 * workspace's own packages taken from their sources, so that tests need no build,
 * and the same chance in every run.
 *
 * @param {import('jest').Config} [overrides]
 * @returns {import('jest').Config}
 */
export function jestConfig(overrides = {}) {
  return {
    testEnvironment: 'node',
    testMatch: ['<rootDir>/src/**/*.test.ts'],
    extensionsToTreatAsEsm: [],
    moduleNameMapper: {
      '^@googlenet/([a-z-]+)/node$': `${packages}$1/src/node/index.ts`,
      '^@googlenet/model/variants$': `${packages}model/src/variants.ts`,
      '^@googlenet/training/config$': `${packages}training/src/config/index.ts`,
      '^@googlenet-tooling/shared/([a-z-]+)$': `${shared}src/$1.ts`,
      '^@googlenet/([a-z-]+)$': `${packages}$1/src/index.ts`,
    },
    transform: {
      '^.+\\.ts$': [
        '@swc/jest',
        {
          jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
          module: { type: 'commonjs', ignoreDynamic: false },
        },
      ],
      '\\.bin$': fileURLToPath(new URL('./base64-transform.cjs', import.meta.url)),
    },
    testTimeout: 180_000,
    maxWorkers: 2,
    ...overrides,
    setupFiles: [sameChance, ...(overrides.setupFiles ?? [])],
  };
}
