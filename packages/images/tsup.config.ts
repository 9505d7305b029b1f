import { library } from '@googlenet-tooling/config/tsup';

export default library({
  entry: { index: 'src/index.ts', node: 'src/node/index.ts', worker: 'src/node/worker.ts' },
  esbuildOptions: (options) => {
    // node/wasm.ts has another way where there is no import.meta.
    options.logOverride = { 'empty-import-meta': 'silent' };
  },
});
