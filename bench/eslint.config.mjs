import { eslintConfig } from '@googlenet-tooling/config/eslint';

/** A command for Node: the whole of `src` may use Node's modules. */
export default [
  ...eslintConfig(import.meta.dirname),
  { files: ['src/**/*.ts'], rules: { 'no-restricted-imports': 'off' } },
];
