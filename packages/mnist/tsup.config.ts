import { library } from '@googlenet-tooling/config/tsup';

// The shim gives the CommonJS build an `import.meta.url`, from where npm packages are looked up.
export default library({ entry: { index: 'src/index.ts', node: 'src/node/index.ts' }, shims: true });
