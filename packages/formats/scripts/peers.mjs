import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/** Peers whose install scripts download are installed in `integrations` alone, without their scripts. */
const places = ['../package.json', '../../../integrations/package.json'].map((path) =>
  createRequire(new URL(path, import.meta.url)),
);

/** Imports a package from here or from `integrations`. */
export async function importPeer(name) {
  for (const { resolve } of places) {
    try {
      return await import(pathToFileURL(resolve(name)));
    } catch (error) {
      if (error.code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  throw new Error(
    `importPeer: expected ${name}, got none. Run npm ci --prefix integrations --ignore-scripts.`,
  );
}
