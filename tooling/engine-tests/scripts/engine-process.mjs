// A process of its own for one run: bundles an entry of this folder with the engine, runs it, writes its report as JSON.
// Arguments: one JSON object {entry, setup, backendName, bundle, report, packages, ...what the entry's `run` takes}.
import { existsSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const options = JSON.parse(process.argv[2]);
const require = createRequire(import.meta.url);
const tfjsCore = dirname(require.resolve('@tensorflow/tfjs-core/package.json'));

/** The engine's setup, workspace packages from their sources, and one copy of tfjs-core whoever imports it. */
const resolution = {
  name: 'engine-tests',
  setup(bundler) {
    bundler.onResolve({ filter: /^engine-tests:setup$/ }, () => ({ path: options.setup }));
    bundler.onResolve({ filter: /^@tensorflow\/tfjs-core(\/|$)/ }, ({ path }) => {
      const file = join(tfjsCore, path.slice('@tensorflow/tfjs-core'.length) || 'dist/index.js');
      return {
        path:
          existsSync(file) && /\.[cm]?js(on)?$/.test(file)
            ? file
            : existsSync(`${file}.js`)
              ? `${file}.js`
              : join(file, 'index.js'),
      };
    });
    bundler.onResolve({ filter: /^@tensorflow\/tfjs-backend-(cpu|wasm)$/ }, ({ path }) => ({
      path: join(dirname(require.resolve(`${path}/package.json`)), 'dist/index.js'),
    }));
    bundler.onResolve({ filter: /^@googlenet\/[a-z-]+(\/node)?$/ }, ({ path }) => {
      const [, name, node = ''] = /^@googlenet\/([a-z-]+)(\/node)?$/.exec(path);
      const source = join(options.packages, name, `src${node}/index.ts`);
      return existsSync(source) ? { path: source } : undefined;
    });
  },
};

await build({
  entryPoints: [fileURLToPath(new URL(options.entry, import.meta.url))],
  outfile: options.bundle,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  ignoreAnnotations: true, // tfjs-core's `sideEffects` leave its tests out
  mainFields: ['module', 'main'],
  plugins: [resolution],
  logLevel: 'error',
  banner: {
    js: "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);",
  },
});

const { run } = await import(pathToFileURL(options.bundle).href);
// Tests of the suite warn and log on purpose.
for (const level of ['log', 'warn', 'info', 'error']) console[level] = () => undefined;
writeFileSync(options.report, JSON.stringify(await run(options)));
process.exit(0);
