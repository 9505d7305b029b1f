import { fileURLToPath } from 'node:url';

const packages = fileURLToPath(new URL('../../../packages/', import.meta.url));

/** The workspace's packages from their sources, so that nothing need be built before. */
export const sourceAliases = [
  { find: /^@googlenet\/([a-z-]+)\/node$/, replacement: `${packages}$1/src/node/index.ts` },
  { find: /^@googlenet\/([a-z-]+)$/, replacement: `${packages}$1/src/index.ts` },
];
