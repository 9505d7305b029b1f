import { eslintConfig } from '@googlenet-tooling/config/eslint';

export default eslintConfig(import.meta.dirname);
