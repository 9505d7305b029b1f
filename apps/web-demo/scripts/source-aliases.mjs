import { fileURLToPath } from 'node:url';

const packages = fileURLToPath(new URL('../../../packages/', import.meta.url));
const shared = fileURLToPath(new URL('../../../tooling/shared/', import.meta.url));

/** The workspace's packages from their sources, so that nothing need be built before. */
export const sourceAliases = [
  { find: /^@googlenet\/([a-z-]+)\/node$/, replacement: `${packages}$1/src/node/index.ts` },
  { find: /^@googlenet\/([a-z-]+)$/, replacement: `${packages}$1/src/index.ts` },
  { find: /^@googlenet-tooling\/shared\/([a-z-]+)$/, replacement: `${shared}src/$1.ts` },
];
