import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { describe, it } from 'node:test';
import { LOCK_FILES, missingPlatforms, registryAddresses } from '../../tooling/lock/platforms.mjs';
import { installed, npm } from '../../tooling/release/programs.mjs';
import { importCycles } from './import-cycles.mjs';
import { root } from './packages.mjs';

const read = (file) => JSON.parse(readFileSync(file, 'utf8'));

describe('the lock files', () => {
  for (const file of LOCK_FILES) {
    it(`${relative(root, file)} has every package of every platform`, () => {
      assert.deepEqual(missingPlatforms(read(file)), [], 'node tooling/lock/platforms.mjs --fix');
    });

    it(`${relative(root, file)} names no registry`, () => {
      assert.deepEqual(registryAddresses(read(file)), []);
    });
  }
});

describe('the entry points of the packages', () => {
  const { entryPoints } = read(join(root, 'integrations', 'typedoc.json'));

  it('each begins by saying what it is and where to start reading', () => {
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

  it('all are there', () => {
    const folders = readdirSync(join(root, 'packages')).filter((name) =>
      existsSync(join(root, 'packages', name, 'src/index.ts')),
    );
    const listed = entryPoints.map((entry) => entry.replace('../packages/', ''));
    for (const name of folders) assert.ok(listed.includes(`${name}/src/index.ts`), name);
  });
});

describe('the sources', () => {
  const { workspaces } = read(join(root, 'package.json'));
  const folders = workspaces
    .flatMap((pattern) =>
      pattern.endsWith('/*')
        ? readdirSync(join(root, pattern.slice(0, -2))).map((name) => join(root, pattern.slice(0, -1), name))
        : [join(root, pattern)],
    )
    .map((folder) => join(folder, 'src'))
    .filter((folder) => existsSync(folder));

  for (const folder of folders) {
    it(`no file of ${relative(root, folder)} imports itself through others`, () => {
      assert.deepEqual(importCycles(folder), [], 'move what both need into a file of its own');
    });
  }

  it('a cycle is found, through types as well; what import() loads later makes none', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'cycle-'));
    t.after(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'a.ts'), "import { b } from './b';\nexport interface A { b: typeof b }\n");
    writeFileSync(join(folder, 'b.ts'), "import type { A } from './a';\nexport const b = (a: A) => a;\n");
    writeFileSync(join(folder, 'c.ts'), "export const d = () => import('./d');\n");
    writeFileSync(join(folder, 'd.ts'), "export { d } from './c';\n");
    assert.deepEqual(importCycles(folder), ['a.ts -> b.ts -> a.ts']);
  });
});

describe('comments', () => {
  it('end before column 150, which the formatters leave to whoever writes them', () => {
    const patterns = ['*.ts', '*.tsx', '*.mjs', '*.cjs', '*.cc', '*.h'];
    const listed = execFileSync('git', ['ls-files', ...patterns], { cwd: root, encoding: 'utf8' });
    const files = listed.split('\n').filter((name) => name !== '' && existsSync(join(root, name)));
    assert.ok(files.length > 800, `${files.length} files`);
    const long = files.flatMap((name) =>
      readFileSync(join(root, name), 'utf8')
        .split('\n')
        .flatMap((line, i) =>
          line.length > 150 && /^\s*(\/\*|\*|\/\/)/.test(line) ? [`${name}:${i + 1}`] : [],
        ),
    );
    assert.deepEqual(long, [], 'break these lines');
  });
});

describe('the C++ sources', () => {
  // Other versions break some lines elsewhere.
  const version = /version (\d+)/.exec(
    spawnSync('clang-format', ['--version'], { encoding: 'utf8' }).stdout ?? '',
  );
  const skip = version?.[1] === '14' ? false : 'no clang-format 14 (Debian 12)';

  it('stand as .clang-format says', { skip }, () => {
    const sources = execFileSync('git', ['ls-files', '*.cc', '*.h'], { cwd: root, encoding: 'utf8' });
    const files = sources.split('\n').filter((name) => name !== '');
    assert.ok(files.length > 30, `${files.length} files`);
    const { status, stderr } = spawnSync('clang-format', ['--dry-run', '--Werror', ...files], {
      cwd: root,
      encoding: 'utf8',
    });
    assert.equal(status, 0, `clang-format -i $(git ls-files '*.cc' '*.h')\n${stderr.slice(0, 2000)}`);
  });
});

describe('missingPlatforms()', () => {
  const tool = {
    version: '2.0.0',
    optionalDependencies: { '@tool/linux': '2.0.0', '@tool/darwin': '2.0.0' },
  };

  it('finds the platforms that npm left out', () => {
    const packages = { 'node_modules/tool': tool, 'node_modules/@tool/linux': { version: '2.0.0' } };
    assert.deepEqual(missingPlatforms({ packages }), [
      { parent: 'node_modules/tool', name: '@tool/darwin', range: '2.0.0' },
    ]);
  });

  it('looks where Node looks: the nearest folder upwards, and wants the exact version', () => {
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
  it('npm is its own script where npm runs the release, on every platform', () => {
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

  it('npm is npm.cmd through a shell on Windows otherwise', () => {
    assert.deepEqual(npm(['view', 'a b'], { env: {}, platform: 'win32' }), {
      file: 'npm.cmd',
      args: ['view', '"a b"'],
      shell: true,
    });
    assert.equal(npm([], { env: {}, platform: 'linux' }).file, 'npm');
  });

  it('commands of installed packages start without npx', () => {
    for (const [name, bin] of [
      ['@changesets/cli', 'changeset'],
      ['turbo', 'turbo'],
    ]) {
      const { file, args } = installed(name, bin, ['--version']);
      assert.match(execFileSync(file, args, { cwd: root, encoding: 'utf8' }), /^\d+\.\d+/);
    }
  });
});
