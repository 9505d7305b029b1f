import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import { constants } from './eslint-constants.mjs';

/** TensorFlow.js is imported whole, under one name a package. */
const WHOLE_IMPORTS = Object.entries({ core: 'tf', layers: 'tfl', data: 'tfd' }).map(([part, name]) => ({
  selector: `ImportDeclaration[source.value='@tensorflow/tfjs-${part}'] > :not(ImportNamespaceSpecifier[local.name='${name}'], Literal)`,
  message: `Write import * as ${name} from '@tensorflow/tfjs-${part}'.`,
}));

const OTHER_TEST_WORDS = ['test', 'xtest', 'xit', 'fit', 'xdescribe', 'fdescribe'].map((name) => ({
  name,
  message: 'Tests are describe and it, it.skip, it.each.',
}));

/**
 * The lint rules of a workspace, type-checked.
 *
 * @param {string} tsconfigRootDir - the workspace's folder
 */
export function eslintConfig(tsconfigRootDir) {
  return tseslint.config(
    {
      ignores: [
        'dist/**',
        'build/**',
        'coverage/**',
        '**/generated/**',
        'assembly/**',
        '*.config.*',
        'scripts/**',
        'bin/**',
      ],
    },
    js.configs.recommended,
    ...tseslint.configs.recommendedTypeChecked,
    {
      plugins: { constants },
      languageOptions: { parserOptions: { projectService: true, tsconfigRootDir } },
      rules: {
        '@typescript-eslint/no-floating-promises': 'error',
        '@typescript-eslint/no-non-null-assertion': 'error',
        '@typescript-eslint/consistent-type-imports': 'error',
        '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
        '@typescript-eslint/restrict-template-expressions': [
          'error',
          { allowNumber: true, allowBoolean: true },
        ],
        'no-restricted-syntax': ['error', ...WHOLE_IMPORTS],
        'no-restricted-globals': ['error', ...OTHER_TEST_WORDS],
        'constants/case': 'error',
        eqeqeq: 'error',
      },
    },
    // A preset is named as the command line names it.
    { files: ['src/presets/**'], rules: { 'constants/case': 'off' } },
    {
      files: ['src/**/*.ts'],
      ignores: ['src/node/**', '**/*.test.ts', '**/testing/**'],
      rules: {
        'no-restricted-imports': [
          'error',
          { patterns: [{ group: ['node:*'], message: 'Node-only code lives under src/node.' }] },
        ],
      },
    },
    {
      files: ['**/*.test.ts', '**/testing/**'],
      rules: {
        '@typescript-eslint/no-non-null-assertion': 'off',
        '@typescript-eslint/no-unsafe-assignment': 'off',
        '@typescript-eslint/no-unsafe-member-access': 'off',
        '@typescript-eslint/require-await': 'off',
      },
    },
  );
}
