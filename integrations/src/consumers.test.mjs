// Installs the packed tarballs, from a registry on the loopback address, into small real projects and runs these.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { after, before, it } from 'node:test';
import { createRequire } from 'node:module';
import { readPage } from './browser.mjs';
import { isBinaryPackage, isComplete, root, publishedPackages } from './packages.mjs';
import { run } from './run.mjs';
import { seedRegistry, startRegistry } from './registry.mjs';

const require = createRequire(import.meta.url);
const rootRequire = createRequire(join(root, 'package.json'));
const work = join(tmpdir(), `googlenet-consumers-${process.pid}`);
const projects = join(root, 'integrations', 'projects');
const tsc = rootRequire.resolve('typescript/bin/tsc');
let registry;

before(async () => {
  mkdirSync(work, { recursive: true });
  registry = await startRegistry(join(work, 'registry'));
  await seedRegistry(registry.url, join(work, 'third-party'));
  // Copies, because a binary package's prepack script edits its package.json.
  const scripts = join('packages', 'backend-onednn', 'scripts');
  cpSync(join(root, scripts), join(work, scripts), { recursive: true });
  for (const one of publishedPackages().filter(isComplete)) {
    const copy = join(work, 'packages', basename(one.folder));
    run('cp', ['-r', one.folder, dirname(copy)]);
    const publish = ['publish', '--userconfig', registry.npmrc, '--no-provenance'];
    run('npm', isBinaryPackage(one) ? publish : [...publish, '--ignore-scripts'], { cwd: copy });
  }
});

after(async () => {
  await registry?.stop();
  rmSync(work, { recursive: true, force: true });
});

/** Copies a project out of the repository, installs it and gives its folder. */
function install(name) {
  const folder = join(work, name);
  cpSync(join(projects, name), folder, { recursive: true });
  run('npm', ['install', '--userconfig', registry.npmrc, '--ignore-scripts'], { cwd: folder });
  assert.deepEqual(
    copiesOf('@tensorflow/tfjs-core', folder),
    [join('node_modules', '@tensorflow', 'tfjs-core')],
    'one copy of tfjs-core',
  );
  return folder;
}

/** The places below a project where a package lies. */
function copiesOf(name, project) {
  const found = [];
  const visit = (modules) => {
    const candidate = join(modules, name);
    if (existsSync(join(project, candidate, 'package.json'))) found.push(candidate);
    for (const entry of readdirSync(join(project, modules))) {
      const scoped = entry.startsWith('@')
        ? readdirSync(join(project, modules, entry)).map((inner) => join(entry, inner))
        : [entry];
      for (const one of scoped) {
        const nested = join(modules, one, 'node_modules');
        if (existsSync(join(project, nested))) visit(nested);
      }
    }
  };
  visit('node_modules');
  return found;
}

const lastLine = (output) => JSON.parse(output.trim().split('\n').at(-1));

it('a Node project of ES modules trains a step with all libraries', () => {
  const folder = install('node-esm');
  const result = lastLine(run(process.execPath, ['main.mjs'], { cwd: folder }));
  assert.equal(result.losses.length, 2);
  assert.ok(
    result.losses.every((loss) => loss > 0.5 && loss < 10),
    `losses ${result.losses.join(' ')}`,
  );
  assert.ok(Math.abs(result.sum - 1) < 1e-5, `probabilities add up to ${result.sum}`);
  assert.equal(result.parameters, 6_178_602);
  assert.equal(result.macs, 128_049_152);
  assert.equal(result.readsBarAs, 1);
  assert.equal(result.loadDataset, 'function');
});

it('a Node project of CommonJS reads the same packages', () => {
  const folder = install('node-cjs');
  const result = lastLine(run(process.execPath, ['main.cjs'], { cwd: folder }));
  assert.equal(result.macs, 12_443_648);
  assert.deepEqual(result.outputShape, [1, 10]);
});

for (const name of ['typescript-bundler', 'typescript-node16']) {
  it(`a TypeScript project (${name}) compiles against the declarations`, () => {
    const folder = install(name);
    run(process.execPath, [tsc, '-p', '.'], { cwd: folder });

    // TensorFlow.js's own declarations do not pass a check of libraries; ours must.
    const checked = tryRun([tsc, '-p', '.', '--skipLibCheck', 'false', '--pretty', 'false'], folder);
    const ours = checked.split('\n').filter((line) => line.includes('node_modules/@googlenet/'));
    assert.deepEqual(ours, []);

    writeFileSync(
      join(folder, 'wrong.ts'),
      "import { inception } from '@googlenet/inception';\ninception({ filters: 'many' });\n",
    );
    assert.match(tryRun([tsc, '-p', '.', '--pretty', 'false'], folder), /^wrong\.ts.*error TS2/m);
  });
}

/** What a script prints, whether it succeeds or not. */
function tryRun(args, folder) {
  return spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' }).stdout;
}

it('a Vite project bundles for the browser without Node modules, and its page runs', async (context) => {
  const folder = install('vite');
  const bin = join(dirname(require.resolve('vite/package.json')), 'bin', 'vite.js');
  run(process.execPath, [bin, 'build', '--logLevel', 'warn'], { cwd: folder });
  const scripts = readdirSync(join(folder, 'dist', 'assets')).filter((file) => file.endsWith('.js'));
  assert.ok(scripts.length > 0);
  for (const file of scripts)
    assert.doesNotMatch(
      readFileSync(join(folder, 'dist', 'assets', file), 'utf8'),
      /from\s*["'](node:|fs|path|os|module|worker_threads)\b/,
    );

  const text = await readPage(join(folder, 'dist'), '#result');
  if (text === undefined) {
    context.diagnostic(
      'no browser here (CHROMIUM_PATH, or /usr/bin/chromium): the page was built, not opened',
    );
    return;
  }
  const result = JSON.parse(text);
  assert.equal(result.engine.backend, 'googlenet-wasm');
  assert.deepEqual(result.outputShape, [1, 10]);
  assert.ok(Math.abs(result.sum - 1) < 1e-5, `probabilities add up to ${result.sum}`);
  assert.deepEqual(result.digits, [null, 10]);
  assert.equal(result.functions, true);
});

it('a page without a bundler runs the packages as they are, through an import map', async (context) => {
  const folder = install('import-map');
  // What a content delivery network makes of TensorFlow.js, whose own files are not all ES modules: one file each, the core shared.
  const parts = { core: [], layers: ['@tensorflow/tfjs-core'], 'backend-cpu': ['@tensorflow/tfjs-core'] };
  for (const [name, external] of Object.entries(parts))
    await require('esbuild').build({
      stdin: { contents: `export * from '@tensorflow/tfjs-${name}';`, resolveDir: folder },
      bundle: true,
      format: 'esm',
      platform: 'browser',
      outfile: join(folder, 'tfjs', `${name.replace('backend-', '')}.js`),
      plugins: [shared(external)],
      logLevel: 'error',
    });
  const text = await readPage(folder, '#result');
  if (text === undefined) return context.diagnostic('no browser here: nothing was opened');
  const result = JSON.parse(text);
  assert.equal(result.engine.backend, 'googlenet-wasm');
  assert.deepEqual(result.outputShape, [1, 10]);
  assert.ok(Math.abs(result.sum - 1) < 1e-5, `probabilities add up to ${result.sum}`);
});

/** Leaves packages out of a bundle, their inner files too. */
const shared = (names) => ({
  name: 'shared',
  setup: (build) =>
    build.onResolve({ filter: /^@tensorflow/ }, ({ path }) => {
      const found = names.find((name) => path === name || path.startsWith(`${name}/`));
      return found && { path: found, external: true };
    }),
});

it('a webpack project bundles and its bundle runs', () => {
  const folder = install('webpack');
  const cli = require.resolve('webpack-cli/bin/cli.js');
  run(process.execPath, [cli, '--mode', 'production'], {
    cwd: folder,
    env: { ...process.env, NODE_PATH: join(root, 'integrations', 'node_modules') },
  });
  const result = lastLine(run(process.execPath, [join('dist', 'main.js')], { cwd: folder }));
  assert.deepEqual(result.outputShape, [1, 28, 28, 256]);
});

it('a person with only @tensorflow/tfjs and @googlenet/inception trains, saves and reloads a model of their own', () => {
  const folder = install('own-model');
  const installed = readdirSync(join(folder, 'node_modules', '@googlenet'));
  assert.deepEqual(installed, ['inception']);
  const result = lastLine(run(process.execPath, ['main.mjs'], { cwd: folder }));
  assert.ok(result.lossAfter < result.lossBefore, `${result.lossBefore} -> ${result.lossAfter}`);
  assert.equal(result.largestDifference, 0);
});

it('a person installs the command, trains on data of their own and asks the network about it', () => {
  const folder = install('command');
  const googlenet = (...args) => run('npx', ['--no-install', 'googlenet', ...args], { cwd: folder });
  const { version } = JSON.parse(
    readFileSync(join(folder, 'node_modules', '@googlenet', 'trainer', 'package.json'), 'utf8'),
  );
  assert.equal(googlenet('--version').trim(), version);
  run(process.execPath, ['make-data.mjs'], { cwd: folder });
  const flags = ['--backend', 'wasm', '--width', '0.02', '--data-folder', 'data', '--epochs', '1', '--json'];
  const events = googlenet('train', ...flags, '--out', 'run')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.ok(events.some(({ type }) => type === 'step'));
  const { testAccuracy, images } = JSON.parse(readFileSync(join(folder, 'run', 'summary.json'), 'utf8'));
  assert.equal(images.training + images.validation, 40);
  const report = lastLine(googlenet('evaluate', '--model', 'run', '--backend', 'cpu', '--json'));
  assert.equal(report.accuracy, testAccuracy);
});

it('a Node project adds the native engine by its name alone', (context) => {
  const binary = publishedPackages().find((one) => one.name.endsWith(`-${process.platform}-${process.arch}`));
  const folder = install('native');
  const result = lastLine(run(process.execPath, ['main.mjs'], { cwd: folder }));
  if (!binary || !isComplete(binary)) {
    context.diagnostic(
      'no add-on for this platform is built (npm run build:native): only its absence was checked',
    );
    assert.equal(result.available, false);
    assert.ok(result.reason && result.hint, 'it says why and what to do');
    return;
  }
  const { os, cpu } = JSON.parse(
    readFileSync(join(folder, 'node_modules', binary.name, 'package.json'), 'utf8'),
  );
  assert.deepEqual({ os, cpu }, { os: [process.platform], cpu: [process.arch] });
  assert.equal(result.available, true, result.reason);
  assert.equal(result.backend, 'onednn');
  assert.ok(result.largestDifference < 1e-5, `${result.largestDifference} from the cpu engine`);
});
