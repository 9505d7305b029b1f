// What every published package passes before it is published. Expected lists are in integrations/expected;
// `npm run expected` writes them anew, for a person to read in the diff.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { builtinModules, createRequire, isBuiltin } from 'node:module';
import { before, describe, it } from 'node:test';
import { isBinaryPackage, isCommand, isComplete, root, publishedPackages, workFolder } from './packages.mjs';
import { run } from './run.mjs';

const require = createRequire(import.meta.url);
const bin = (name) => join(root, 'integrations', 'node_modules', '.bin', name);
const updating = process.env.UPDATE_EXPECTED === '1';
const tarballs = join(workFolder, 'tarballs');
const packages = publishedPackages();
const libraries = packages.filter((one) => !isBinaryPackage(one) && !isCommand(one));

/** Compares with a committed list, or writes it when told to. */
function matchesExpected(name, actual) {
  const file = join(root, 'integrations', 'expected', name);
  if (updating) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(actual, null, 2)}\n`);
  }
  assert.ok(existsSync(file), `no ${name}: run "npm run expected" in integrations and read it`);
  assert.deepEqual(actual, JSON.parse(readFileSync(file, 'utf8')));
}

const packed = new Map();

before(() => {
  rmSync(tarballs, { recursive: true, force: true });
  mkdirSync(tarballs, { recursive: true });
  for (const { name, folder } of packages) {
    const answer = JSON.parse(
      run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', tarballs], { cwd: folder }),
    );
    const entry = Array.isArray(answer) ? answer[0] : Object.values(answer)[0];
    packed.set(name, {
      tarball: join(tarballs, entry.filename),
      files: entry.files.map((file) => file.path),
    });
  }
});

for (const one of packages) {
  const { name, folder, manifest } = one;
  const short = name.split('/')[1];
  describe(name, () => {
    it('has the fields that people and registries look for', () => {
      assert.match(manifest.description, /\.$/);
      assert.ok(manifest.keywords.length >= 3, 'keywords');
      assert.equal(manifest.license, isBinaryPackage(one) ? 'MIT AND Apache-2.0' : 'MIT');
      assert.equal(manifest.repository.directory, relative(root, folder));
      assert.equal(manifest.publishConfig.provenance, true);
      assert.equal(manifest.publishConfig.access, 'public');
      assert.match(manifest.engines.node, />=\s*20/);
      assert.ok(manifest.homepage && manifest.bugs, 'homepage and bugs');
      if (!libraries.includes(one)) return;
      assert.notEqual(manifest.sideEffects, undefined);
      for (const [path, target] of Object.entries(manifest.exports)) {
        if (typeof target === 'string') continue;
        for (const condition of Object.values(target)) {
          if (typeof condition === 'object')
            assert.equal(Object.keys(condition)[0], 'types', `${path}: types come first`);
        }
      }
    });

    const skip =
      isBinaryPackage(one) && !isComplete(one) && 'its add-on is not built here (npm run build:native)';
    it('packs what should ship and nothing else', { skip }, () => {
      const { files } = packed.get(name);
      for (const required of ['LICENSE', 'README.md', 'package.json'])
        assert.ok(files.includes(required), required);
      for (const file of files)
        assert.doesNotMatch(file, /\.test\.|__fixtures__|\/testing\/|^src\/|tsconfig|jest\.config|\.turbo/);
      // The first release makes CHANGELOG.md; bundlers put hashes in the names of shared parts; a released add-on has oneDNN inside.
      const stable = files
        .filter((file) => file !== 'CHANGELOG.md' && !file.startsWith('libdnnl.'))
        .map((file) =>
          isCommand(one) // nobody imports its parts by name
            ? file.replace(/^dist\/[^.]+/, 'dist/*')
            : file.replace(/-[\w-]{8}(?=\.(?:d\.)?[cm]?[jt]s)/, '-HASH'),
        )
        .sort();
      matchesExpected(`${short}.files.json`, [...new Set(stable)]);
    });

    if (isBinaryPackage(one)) return;

    it('passes publint --strict', () => {
      run(bin('publint'), ['--strict', packed.get(name).tarball]);
    });

    if (isCommand(one)) return;

    it('gives every module resolution its types (attw --pack)', () => {
      run(bin('attw'), [packed.get(name).tarball, '--profile', 'node16', '--no-color']);
    });

    it('exports the listed names, the same to import and require', async () => {
      const names = {};
      for (const path of Object.keys(manifest.exports).filter((key) => key !== './package.json')) {
        const target = manifest.exports[path];
        const imported = await import(pathToFileURL(join(folder, target.import.default)).href);
        const required = createRequire(join(folder, 'package.json'))(join(folder, target.require.default));
        names[path] = Object.keys(imported)
          .filter((key) => key !== 'default' && key !== 'module.exports')
          .sort();
        assert.deepEqual(Object.keys(required).sort(), names[path]);
      }
      matchesExpected(`${short}.exports.json`, names);
    });
  });
}

/**
 * Bundles a line of code with everything but this project's packages left out.
 *
 * @returns {Promise<{ code: string, nodeModules: string[] }>} `nodeModules`: those of Node that it imports in any case
 */
async function bundle(code) {
  const result = await require('esbuild').build({
    stdin: { contents: code, resolveDir: root },
    bundle: true,
    minify: true,
    format: 'esm',
    write: false,
    metafile: true,
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['import', 'browser'],
    external: ['@tensorflow/*', 'node:*', ...builtinModules, 'pure-rand'],
    // One of the tests asks what such an import leaves.
    logOverride: { 'ignored-bare-import': 'silent' },
  });
  const [{ imports }] = Object.values(result.metafile.outputs);
  const nodeModules = imports.filter(({ path, kind }) => kind === 'import-statement' && isBuiltin(path));
  return { code: result.outputFiles[0].text, nodeModules: nodeModules.map(({ path }) => path) };
}

describe('bundles', () => {
  it('importing one pure function leaves the rest out', async () => {
    const pairs = [
      ['@googlenet/mnist', 'parseIdx'],
      ['@googlenet/training', 'confusionMatrix'],
    ];
    for (const [name, only] of pairs) {
      const all = await bundle(`import * as all from '${name}'; globalThis.all = all;`);
      const one = await bundle(`import { ${only} } from '${name}'; globalThis.one = ${only};`);
      const [part, whole] = [one.code.length, all.code.length];
      assert.ok(part < whole / 3, `${name}: ${only} alone is ${part} of ${whole} bytes`);
    }
  });

  it('an import for its effects alone keeps what package.json calls effects, and nothing else', async () => {
    for (const { name, manifest } of libraries) {
      const { code } = await bundle(`import '${name}';`);
      assert.equal(manifest.sideEffects === false, code.trim() === '', `${name}: ${code.length} bytes`);
    }
    for (const name of ['inception', 'model'])
      assert.match((await bundle(`import '@googlenet/${name}';`)).code, /registerClass/);
  });

  it('a browser bundle of every library reaches no Node module', async () => {
    for (const { name } of libraries.filter((one) => !/onednn$|-mpi$/.test(one.manifest.name))) {
      const { nodeModules } = await bundle(`import * as all from '${name}'; globalThis.all = all;`);
      assert.deepEqual(nodeModules, [], name);
    }
  });

  it('every package is within its size limit', () => {
    run(bin('size-limit'), [], { cwd: join(root, 'integrations') });
  });
});

describe('repository', () => {
  it('has no unused file, export or dependency (knip)', () => {
    run(bin('knip'), ['--no-progress', '--no-config-hints'], { cwd: root });
  });

  it('documents every export (typedoc)', () => {
    run(bin('typedoc'), ['--options', join(root, 'integrations', 'typedoc.json')], { cwd: root });
    assert.ok(existsSync(join(workFolder, 'api', 'index.html')));
  });
});

/** The code blocks of a README. */
const snippetsOf = (markdown) =>
  [...markdown.matchAll(/^```(ts|js)( run)?\n([\s\S]*?)^```$/gm)].map(([, language, runs, code]) => ({
    extension: runs ? `run.${language}` : language,
    code,
  }));

describe('README snippets', () => {
  const folder = join(workFolder, 'snippets');

  before(() => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          target: 'ES2022',
          lib: ['ES2023', 'DOM'],
          module: 'ESNext',
          moduleResolution: 'bundler',
          moduleDetection: 'force',
          strict: true,
          noEmit: true,
          skipLibCheck: true,
          types: ['node'],
          allowJs: true, // blocks of JavaScript are parsed, not type-checked
        },
        include: ['*.ts', '*.js'],
      }),
    );
    for (const { name, folder: source } of [...packages, { name: '@googlenet/root', folder: root }]) {
      const readme = join(source, 'README.md');
      if (!existsSync(readme)) continue; // "packs what should ship" reports it
      snippetsOf(readFileSync(readme, 'utf8')).forEach(({ code, extension }, index) => {
        writeFileSync(join(folder, `${name.split('/')[1]}-${index + 1}.${extension}`), code);
      });
    }
  });

  it('compile', () => {
    const tsc = createRequire(join(root, 'package.json')).resolve('typescript/bin/tsc');
    assert.ok(
      readdirSync(folder).filter((file) => /\.[tj]s$/.test(file)).length > libraries.length,
      'each README has a snippet',
    );
    run(process.execPath, [tsc, '-p', folder]);
  });

  it('run, where marked so', () => {
    const esbuild = require('esbuild');
    const marked = readdirSync(folder).filter((file) => /\.run\.[tj]s$/.test(file));
    assert.ok(marked.length >= 4, 'the libraries have runnable snippets');
    for (const file of marked) {
      const { code } = esbuild.transformSync(readFileSync(join(folder, file), 'utf8'), {
        loader: 'ts',
        format: 'esm',
      });
      const script = join(folder, file.replace(/\.[tj]s$/, '.mjs'));
      writeFileSync(script, code);
      run(process.execPath, [script], { cwd: folder, timeout: 120_000 });
    }
  });
});
