import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const root = fileURLToPath(new URL('../../', import.meta.url));
/** Scratch space of the integration tests; git ignores it. */
export const workFolder = join(root, 'integrations', '.work');

/**
 * Whether a package holds nothing but a native add-on for one platform.
 *
 * @param {{ name: string }} one
 */
export const isBinaryPackage = ({ name }) => /-(linux|darwin|win32)-(x64|arm64)$/.test(name);

/**
 * Whether a package is a command, which exports nothing.
 *
 * @param {{ manifest: Record<string, any> }} one
 */
export const isCommand = ({ manifest }) => manifest.bin !== undefined && manifest.exports['.'] === undefined;

/**
 * Whether everything that a package exports lies in its folder, and a command's build. A binary package whose add-on was not built here is
 * not complete.
 *
 * @param {{ folder: string, manifest: Record<string, any> }} one
 */
export function isComplete(one) {
  const { folder, manifest } = one;
  const targets = (value) => (typeof value === 'string' ? [value] : Object.values(value).flatMap(targets));
  const built = isCommand(one) ? ['dist/main.js'] : [];
  return [...targets(manifest.exports), ...built].every((path) => existsSync(join(folder, path)));
}

/**
 * The packages that are published, in an order in which each comes after those it depends on.
 *
 * @param {string} [from] - the root of the checkout to read
 * @returns {{ name: string, folder: string, manifest: Record<string, any> }[]}
 */
export function publishedPackages(from = root) {
  const packages = new Map();
  const folders = ['packages', 'apps'].flatMap((parent) =>
    readdirSync(join(from, parent)).map((entry) => join(from, parent, entry)),
  );
  for (const folder of folders) {
    if (!existsSync(join(folder, 'package.json'))) continue;
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    if (!manifest.private) packages.set(manifest.name, { name: manifest.name, folder, manifest });
  }

  const ordered = [];
  const visit = (name, path) => {
    const found = packages.get(name);
    if (!found || ordered.includes(found)) return;
    if (path.includes(name))
      throw new RangeError(`publishedPackages(): expected no cycle, got ${[...path, name].join(' -> ')}.`);
    const { dependencies = {}, peerDependencies = {}, optionalDependencies = {} } = found.manifest;
    for (const dependency of Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies }))
      visit(dependency, [...path, name]);
    ordered.push(found);
  };
  for (const name of [...packages.keys()].sort()) visit(name, []);
  return ordered;
}
