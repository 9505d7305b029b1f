// A whole release of a copy of the repository to a registry on the loopback address.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, it } from 'node:test';
import { isBinaryPackage, isComplete, publishedPackages, root } from './packages.mjs';
import { run } from './run.mjs';
import { seedRegistry, startRegistry } from './registry.mjs';

const work = join(tmpdir(), `googlenet-release-${process.pid}`);
const checkout = join(work, 'checkout');
let registry;

const git = (...args) =>
  run('git', ['-c', 'user.name=release', '-c', 'user.email=release@localhost', ...args], { cwd: checkout });
const release = (...args) =>
  run(
    process.execPath,
    [
      'tooling/release/release.mjs',
      '--skip-gates',
      '--registry',
      registry.url,
      '--userconfig',
      registry.npmrc,
      ...args,
    ],
    {
      cwd: checkout,
      env: { ...process.env, GITHUB_ACTIONS: '' },
    },
  );
const view = (...args) =>
  JSON.parse(run('npm', ['view', ...args, '--json', '--userconfig', registry.npmrc], { cwd: work }));
const addChangeset = (name, kind, text) =>
  writeFileSync(
    join(checkout, '.changeset', `${name}.md`),
    `---\n'@googlenet/inception': ${kind}\n---\n\n${text}\n`,
  );
const versionOf = (folder) =>
  JSON.parse(readFileSync(join(checkout, 'packages', folder, 'package.json'), 'utf8')).version;

before(async () => {
  mkdirSync(work, { recursive: true });
  run('git', ['clone', '-q', '--no-hardlinks', root, checkout]);
  run('cp', ['-al', join(root, 'node_modules'), join(checkout, 'node_modules')]);
  // A copy of what was built here of the native add-on, so that its package is released as well.
  for (const one of publishedPackages().filter((one) => isBinaryPackage(one) && isComplete(one)))
    cpSync(one.folder, join(checkout, 'packages', basename(one.folder)), { recursive: true, force: false });
  registry = await startRegistry(join(work, 'registry'));
  await seedRegistry(registry.url, join(work, 'third-party'));
});

after(async () => {
  await registry?.stop();
  rmSync(work, { recursive: true, force: true });
});

it('a change with a changeset becomes a version, a changelog entry and published packages in order', () => {
  const before = versionOf('inception');
  addChangeset('tests-a-release', 'minor', 'The release test adds this line.');
  git('add', '-A');
  git('commit', '-qm', 'a change');

  const output = release();

  const version = versionOf('inception');
  assert.notEqual(version, before);
  assert.match(
    readFileSync(join(checkout, 'packages', 'inception', 'CHANGELOG.md'), 'utf8'),
    /The release test adds this line\./,
  );
  const order = [...output.matchAll(/== publish (@googlenet\/[a-z0-9-]+)@/g)].map(([, name]) => name);
  assert.ok(order.indexOf('@googlenet/inception') < order.indexOf('@googlenet/model'), order.join(' '));
  assert.ok(order.indexOf('@googlenet/model') < order.indexOf('@googlenet/training'), order.join(' '));
  for (const folder of ['inception', 'model', 'mnist', 'training'])
    assert.equal(versionOf(folder), version, 'they move together');
  assert.equal(view(`@googlenet/model@${version}`).dependencies['@googlenet/inception'], `^${version}`);
  assert.match(git('tag', '--list'), new RegExp(`^@googlenet/model@${version.replaceAll('.', '\\.')}$`, 'm'));
  const native = view(`@googlenet/backend-onednn@${version}`);
  assert.equal(native.optionalDependencies['@googlenet/backend-onednn-linux-x64'], version);
});

it('a second run publishes nothing twice', () => {
  assert.doesNotMatch(release('--skip-version'), /== publish /);
});

it('the released packages install into a fresh project and work', () => {
  const project = join(work, 'project');
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{ "name": "fresh", "private": true, "type": "module" }\n');
  run(
    'npm',
    [
      'install',
      '--userconfig',
      registry.npmrc,
      '--ignore-scripts',
      '@tensorflow/tfjs@4.22.0',
      '@googlenet/model',
      '@googlenet/training',
    ],
    { cwd: project },
  );
  writeFileSync(
    join(project, 'main.mjs'),
    "import '@tensorflow/tfjs';\nimport { googlenet } from '@googlenet/model';\nconsole.log(googlenet().countParams());\n",
  );
  assert.match(run(process.execPath, ['main.mjs'], { cwd: project }), /6178602\s*$/);
});

it('a pre-release goes to the tag next and leaves latest alone', () => {
  const stable = versionOf('inception');
  git('add', '-A');
  git('commit', '-qm', 'release');
  run('npx', ['changeset', 'pre', 'enter', 'next'], { cwd: checkout });
  addChangeset('tests-a-prerelease', 'patch', 'A line for the next channel.');
  git('add', '-A');
  git('commit', '-qm', 'a change for next');

  release();

  assert.match(versionOf('inception'), /-next\.0$/);
  const tags = view('@googlenet/inception', 'dist-tags');
  assert.equal(tags.latest, stable);
  assert.equal(tags.next, versionOf('inception'));
});
