import { jestConfig } from '@googlenet-tooling/config/jest';

export default jestConfig({ setupFiles: ['<rootDir>/src/testing/quiet.ts'] });
