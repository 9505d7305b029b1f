import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';

const require = createRequire(import.meta.url);

/**
 * How to start npm on any platform: Windows has no program `npm` that could be started without a shell, so npm's own script is run with Node.
 *
 * @param {readonly string[]} args
 * @param {{ env?: Record<string, string | undefined>, platform?: string, execPath?: string }} [process_]
 * @returns {{ file: string, args: string[], shell: boolean }}
 */
export function npm(
  args,
  { env = process.env, platform = process.platform, execPath = process.execPath } = {},
) {
  // Set whenever npm runs a script.
  const script = env.npm_execpath;
  if (script !== undefined && /npm-cli\.c?js$/.test(script))
    return { file: execPath, args: [script, ...args], shell: false };
  return platform === 'win32'
    ? { file: 'npm.cmd', args: args.map(quoted), shell: true }
    : { file: 'npm', args: [...args], shell: false };
}

/**
 * How to start a command of an installed package, without npx.
 *
 * @param {string} name - of the package
 * @param {string} bin - of the command
 * @param {readonly string[]} args
 */
export function installed(name, bin, args) {
  const manifest = require.resolve(`${name}/package.json`);
  const { bin: bins } = require(manifest);
  const script = join(dirname(manifest), typeof bins === 'string' ? bins : bins[bin]);
  return { file: process.execPath, args: [script, ...args], shell: false };
}

/** For cmd.exe, which splits at spaces. */
function quoted(arg) {
  return /[\s&()^|<>]/.test(arg) ? `"${arg}"` : arg;
}
