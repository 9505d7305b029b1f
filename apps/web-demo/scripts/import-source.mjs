import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';
import { sourceAliases } from './source-aliases.mjs';

/**
 * Imports a TypeScript file of this folder, with the workspace's packages from their sources.
 *
 * @param {string} name - such as `outliers.ts`
 */
export async function importSource(name) {
  const { module } = await runnerImport(fileURLToPath(new URL(name, import.meta.url)), {
    root: fileURLToPath(new URL('..', import.meta.url)),
    configFile: false,
    logLevel: 'error',
    resolve: { alias: sourceAliases },
  });
  return module;
}
