import { library } from '@googlenet-tooling/config/tsup';

export default library({ platform: 'node', shims: true });
