import { jestConfig } from '@googlenet-tooling/config/jest';

export default jestConfig();
