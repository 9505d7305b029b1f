// A training run in a process of its own, for src/node/folder-store.test.ts to kill: node scripts/killed_run.cjs FOLDER
// Writes `step N` for each step and, at the end, `weights [...]`.
const { readFileSync } = require('node:fs');
const { transformSync } = require('@swc/core');

require.extensions['.ts'] = (module, filename) => {
  const options = {
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    module: { type: 'commonjs' },
    filename,
    swcrc: false,
  };
  module._compile(transformSync(readFileSync(filename, 'utf8'), options).code, filename);
};

const { train } = require('../src/loop/train.ts');
const { folderStore } = require('../src/node/folder-store.ts');
const { TinyData, tinyModel, useCpu, weightValues, KILLED_RUN_CONFIG } = require('../src/testing/tiny.ts');

async function main() {
  await useCpu();
  const model = tinyModel();
  const store = folderStore(process.argv[2]);
  for await (const event of train({
    model,
    data: new TinyData(28),
    config: KILLED_RUN_CONFIG,
    store,
    resume: true,
  })) {
    if (event.type === 'step') process.stdout.write(`step ${event.step}\n`);
  }
  process.stdout.write(`weights ${JSON.stringify(weightValues(model))}\n`);
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
