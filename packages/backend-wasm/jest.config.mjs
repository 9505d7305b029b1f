import { jestConfig } from '@googlenet-tooling/config/jest';

// The reference of most tests is the cpu backend, in plain JavaScript: on a busy machine that takes its time.
export default jestConfig({ testTimeout: 300_000 });
