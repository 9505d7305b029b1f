import js from '@eslint/js';
import tseslint from 'typescript-eslint';

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
        eqeqeq: 'error',
      },
    },
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
