import { eslintConfig } from '@googlenet-tooling/config/eslint';

export default [
  ...eslintConfig(import.meta.dirname),
  { files: ['e2e/**/*.ts'], rules: { '@typescript-eslint/no-non-null-assertion': 'off' } },
];
