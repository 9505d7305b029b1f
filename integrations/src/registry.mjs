import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import libnpmpublish from 'libnpmpublish';
import { run } from './run.mjs';
import { publishedPackages, root } from './packages.mjs';

const require = createRequire(import.meta.url);

/** @returns {Promise<number>} a port of the loopback address that is free now */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/**
 * Starts a private npm registry on the loopback address that knows no other registry.
 *
 * @param {string} folder - where it keeps its packages; emptied first
 * @returns {Promise<{ url: string, npmrc: string, stop(): Promise<void> }>} `npmrc`: a user configuration that names it
 */
export async function startRegistry(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const config = join(folder, 'config.yaml');
  writeFileSync(
    config,
    [
      `storage: ${join(folder, 'storage')}`,
      'max_body_size: 200mb',
      'uplinks: {}',
      'packages:',
      "  '**': { access: $all, publish: $all, unpublish: $all }",
      'log: { type: stdout, format: pretty, level: warn }',
      'web: { enable: false }',
      '',
    ].join('\n'),
  );
  const npmrc = join(folder, 'npmrc');
  writeFileSync(
    npmrc,
    `registry=${url}\n//127.0.0.1:${port}/:_authToken=local\ncache=${join(folder, 'npm-cache')}\naudit=false\nfund=false\nupdate-notifier=false\n`,
  );

  const bin = join(dirname(require.resolve('verdaccio/package.json')), 'bin', 'verdaccio');
  const child = spawn(process.execPath, [bin, '--config', config, '--listen', `127.0.0.1:${port}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const exited = new Promise((resolve) => child.once('exit', resolve));

  for (let attempt = 0; ; attempt++) {
    const answer = await fetch(`${url}-/ping`).catch(() => undefined);
    if (answer?.ok) break;
    if (child.exitCode !== null || attempt > 150) {
      child.kill();
      throw new Error(`startRegistry(): expected an answer from ${url}, got none. Its output:\n${output}`);
    }
    await sleep(200);
  }
  return {
    url,
    npmrc,
    stop: async () => {
      child.kill();
      await exited;
    },
  };
}

/** Where Node, starting in `from`, finds the package `name`; undefined when it is not installed. */
function installedFolder(name, from) {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return candidate;
    if (folder === dirname(folder)) return undefined;
  }
}

/**
 * The installed folders of the named packages and of all that they depend on.
 *
 * @param {[name: string, from: string][]} wanted - each with the folder that Node looks for it from
 * @returns {string[]}
 */
function installedClosure(wanted) {
  const folders = new Set();
  const queue = [...wanted];
  for (const [name, from] of queue) {
    const folder = installedFolder(name, from);
    if (!folder || folders.has(folder)) continue;
    folders.add(folder);
    const { dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    for (const dependency of Object.keys(dependencies)) queue.push([dependency, folder]);
  }
  return [...folders];
}

/** What the consumer projects install besides this project's packages. */
const THIRD_PARTY = ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-cpu', '@types/node'];

/** Files that no project loads: four fifths of TensorFlow.js's bytes, which each consumer would write and delete. */
const UNUSED_FILE = /\.(map|tsbuildinfo)$|_test\.(d\.ts|js)$/;

/** Copies an installed package without the packages inside it and without unused files. */
function slimCopy(source, target) {
  cpSync(source, target, {
    recursive: true,
    filter: (path) => !UNUSED_FILE.test(path) && path !== join(source, 'node_modules'),
  });
  return target;
}

/**
 * Publishes copies of installed third-party packages to the local registry, so that installing from it needs no other:
 * those that the consumer projects name, those that this project's packages depend on, and the dependencies of all.
 *
 * @param {string} url - of the local registry
 * @param {string} folder - where the tarballs are laid
 */
export async function seedRegistry(url, folder) {
  mkdirSync(folder, { recursive: true });
  const own = publishedPackages();
  const isOwn = (name) => own.some((one) => one.name === name);
  const needed = own.flatMap(({ folder: from, manifest }) =>
    Object.keys(manifest.dependencies ?? {}).map((name) => [name, from]),
  );
  const consumers = THIRD_PARTY.map((name) => [name, root]);
  const folders = installedClosure([...consumers, ...needed.filter(([name]) => !isOwn(name))]).map(
    (source, index) => slimCopy(source, join(folder, `copy-${index}`)),
  );
  const packed = JSON.parse(
    run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder, ...folders], {
      cwd: root,
    }),
  );
  const list = Array.isArray(packed) ? packed : Object.values(packed);
  const fileOf = new Map(list.map((entry) => [`${entry.name}@${entry.version}`, entry.filename]));
  for (const source of folders) {
    const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
    delete manifest.publishConfig;
    delete manifest.scripts;
    const file = fileOf.get(`${manifest.name}@${manifest.version}`);
    await libnpmpublish.publish(manifest, readFileSync(join(folder, file)), {
      registry: url,
      access: 'public',
      defaultTag: 'latest',
      forceAuth: { token: 'local' },
    });
  }
}
