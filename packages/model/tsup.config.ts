import { library } from '@googlenet-tooling/config/tsup';

export default library({
  entry: { index: 'src/index.ts', variants: 'src/variants.ts', node: 'src/node/index.ts' },
});
