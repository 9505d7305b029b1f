import { library } from '@googlenet-tooling/config/tsup';

export default library({ loader: { '.bin': 'base64' } });
