import { library } from '@googlenet-tooling/config/tsup';

export default library({ entry: { main: 'src/main.ts' }, format: ['esm'], platform: 'node', dts: false });
