// Installs the packed tarballs, from a registry on the loopback address, into small real projects and runs these.
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { createRequire } from 'node:module';
import { root, publishedPackages } from './packages.mjs';
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
  await seedRegistry(
    registry.url,
    ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-cpu', 'pure-rand'],
    join(work, 'third-party'),
  );
  for (const { folder } of publishedPackages()) {
    run('npm', ['publish', '--userconfig', registry.npmrc, '--no-provenance', '--ignore-scripts'], {
      cwd: folder,
    });
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

test('a Node project of ES modules trains a step with all libraries', () => {
  const folder = install('node-esm');
  const result = lastLine(run(process.execPath, ['main.mjs'], { cwd: folder }));
  assert.ok(Number.isFinite(result.loss), `loss ${result.loss}`);
  assert.equal(result.parameters, 7743274);
});

test('a Node project of CommonJS reads the same packages', () => {
  const folder = install('node-cjs');
  const result = lastLine(run(process.execPath, ['main.cjs'], { cwd: folder }));
  assert.equal(result.macs, 12_443_648);
  assert.deepEqual(result.outputShape, [1, 10]);
});

for (const name of ['typescript-bundler', 'typescript-node16']) {
  test(`a TypeScript project (${name}) compiles against the declarations`, () => {
    const folder = install(name);
    run(process.execPath, [tsc, '-p', '.'], { cwd: folder });
    writeFileSync(
      join(folder, 'wrong.ts'),
      "import { inception } from '@googlenet/inception';\ninception({ filters: 'many' });\n",
    );
    assert.throws(() => run(process.execPath, [tsc, '-p', '.'], { cwd: folder }), /wrong\.ts.*error TS/s);
  });
}

test('a Vite project bundles for the browser without Node modules', () => {
  const folder = install('vite');
  const bin = join(dirname(require.resolve('vite/package.json')), 'bin', 'vite.js');
  run(process.execPath, [bin, 'build', '--logLevel', 'warn'], { cwd: folder });
  const scripts = readdirSync(join(folder, 'dist', 'assets')).filter((file) => file.endsWith('.js'));
  assert.ok(scripts.length > 0);
  for (const file of scripts)
    assert.doesNotMatch(readFileSync(join(folder, 'dist', 'assets', file), 'utf8'), /from\s*["']node:/);
});

test('a webpack project bundles and its bundle runs', () => {
  const folder = install('webpack');
  const cli = require.resolve('webpack-cli/bin/cli.js');
  run(process.execPath, [cli, '--mode', 'production'], {
    cwd: folder,
    env: { ...process.env, NODE_PATH: join(root, 'integrations', 'node_modules') },
  });
  const result = lastLine(run(process.execPath, [join('dist', 'main.js')], { cwd: folder }));
  assert.deepEqual(result.outputShape, [1, 28, 28, 256]);
});

test('a person with only @tensorflow/tfjs and @googlenet/inception trains, saves and reloads a model of their own', () => {
  const folder = install('own-model');
  const installed = readdirSync(join(folder, 'node_modules', '@googlenet'));
  assert.deepEqual(installed, ['inception']);
  const result = lastLine(run(process.execPath, ['main.mjs'], { cwd: folder }));
  assert.ok(result.lossAfter < result.lossBefore, `${result.lossBefore} -> ${result.lossAfter}`);
  assert.equal(result.largestDifference, 0);
});
