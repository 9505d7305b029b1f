import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, test } from 'node:test';
import { LOCK_FILES, missingPlatforms, registryAddresses } from '../../tooling/lock/platforms.mjs';
import { installed, npm } from '../../tooling/release/programs.mjs';
import { root } from './packages.mjs';

const read = (file) => JSON.parse(readFileSync(file, 'utf8'));

describe('the lock files', () => {
  for (const file of LOCK_FILES) {
    test(`${relative(root, file)} has every package of every platform`, () => {
      assert.deepEqual(missingPlatforms(read(file)), [], 'node tooling/lock/platforms.mjs --fix');
    });

    test(`${relative(root, file)} names no registry`, () => {
      assert.deepEqual(registryAddresses(read(file)), []);
    });
  }
});

describe('the entry points of the packages', () => {
  const { entryPoints } = read(join(root, 'integrations', 'typedoc.json'));

  test('each begins by saying what it is and where to start reading', () => {
    const headless = entryPoints.filter((entry) => {
      const [, header = ''] =
        /^\/\*\*\n(.*?)\*\//s.exec(readFileSync(join(root, 'integrations', entry), 'utf8')) ?? [];
      return !header.includes('@packageDocumentation');
    });
    assert.deepEqual(
      headless,
      [],
      'write /** what it is, what it knows nothing of, where to start. @packageDocumentation */',
    );
  });

  test('all are there', () => {
    const folders = readdirSync(join(root, 'packages')).filter((name) =>
      existsSync(join(root, 'packages', name, 'src/index.ts')),
    );
    const listed = entryPoints.map((entry) => entry.replace('../packages/', ''));
    for (const name of folders) assert.ok(listed.includes(`${name}/src/index.ts`), name);
  });
});

describe('missingPlatforms()', () => {
  const tool = {
    version: '2.0.0',
    optionalDependencies: { '@tool/linux': '2.0.0', '@tool/darwin': '2.0.0' },
  };

  test('finds the platforms that npm left out', () => {
    const packages = { 'node_modules/tool': tool, 'node_modules/@tool/linux': { version: '2.0.0' } };
    assert.deepEqual(missingPlatforms({ packages }), [
      { parent: 'node_modules/tool', name: '@tool/darwin', range: '2.0.0' },
    ]);
  });

  test('looks where Node looks: the nearest folder upwards, and wants the exact version', () => {
    const packages = {
      'node_modules/app/node_modules/tool': tool,
      'node_modules/app/node_modules/@tool/linux': { version: '2.0.0' },
      'node_modules/@tool/linux': { version: '1.0.0' },
      'node_modules/@tool/darwin': { version: '1.0.0' },
    };
    assert.deepEqual(
      missingPlatforms({ packages }).map(({ name }) => name),
      ['@tool/darwin'],
    );
    packages['node_modules/@tool/darwin'].version = '2.0.0';
    assert.deepEqual(missingPlatforms({ packages }), []);
  });
});

describe('programs of a release', () => {
  test('npm is its own script where npm runs the release, on every platform', () => {
    for (const platform of ['linux', 'win32']) {
      const started = npm(['view', 'a b'], {
        env: { npm_execpath: '/lib/npm-cli.js' },
        platform,
        execPath: '/bin/node',
      });
      assert.deepEqual(started, {
        file: '/bin/node',
        args: ['/lib/npm-cli.js', 'view', 'a b'],
        shell: false,
      });
    }
  });

  test('npm is npm.cmd through a shell on Windows otherwise', () => {
    assert.deepEqual(npm(['view', 'a b'], { env: {}, platform: 'win32' }), {
      file: 'npm.cmd',
      args: ['view', '"a b"'],
      shell: true,
    });
    assert.equal(npm([], { env: {}, platform: 'linux' }).file, 'npm');
  });

  test('commands of installed packages start without npx', () => {
    for (const [name, bin] of [
      ['@changesets/cli', 'changeset'],
      ['turbo', 'turbo'],
    ]) {
      const { file, args } = installed(name, bin, ['--version']);
      assert.match(execFileSync(file, args, { cwd: root, encoding: 'utf8' }), /^\d+\.\d+/);
    }
  });
});
