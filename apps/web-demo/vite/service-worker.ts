import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const template = fileURLToPath(new URL('./service-worker.template.js', import.meta.url));

/** Files that the page needs when it is offline; source maps, the big training files and the photo network are not among them. */
function isPrecached(path: string): boolean {
  return (
    !path.endsWith('.map') &&
    !/^(data\/(train|t10k)-|weights\/)/.test(path) &&
    path !== 'sw.js' &&
    path !== 'og-image.jpg'
  );
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesUnder(path) : [path];
  });
}

/** Writes `sw.js` into the built site, with the list of its files and a version that is their digest. */
export function serviceWorker(): Plugin {
  let outDir = 'dist';
  return {
    name: 'service-worker',
    apply: 'build',
    configResolved(config) {
      outDir = join(config.root, config.build.outDir);
    },
    closeBundle() {
      const digest = createHash('sha256');
      const precache: string[] = [];
      for (const file of filesUnder(outDir).sort()) {
        const path = relative(outDir, file).split(sep).join('/');
        if (!isPrecached(path)) continue;
        digest.update(path).update(readFileSync(file));
        precache.push(path === 'index.html' ? './' : path);
      }
      const source = readFileSync(template, 'utf8')
        .replace('__VERSION__', digest.digest('hex').slice(0, 16))
        .replace('__PRECACHE__', JSON.stringify(precache, null, 2));
      writeFileSync(join(outDir, 'sw.js'), source);
    },
  };
}
