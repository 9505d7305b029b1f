// Builds the add-on where that is possible and needed; says in one line what it did or what would help; never fails.
// `npm start` calls it.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { buildNative } from './build-native.mjs';
import { buildKey, findCompiler, findOneDnn, outputFolder } from './native-toolchain.mjs';

/** Whether the add-on in the platform package is made from these sources and this oneDNN. */
function isCurrent(oneDnn) {
  const note = join(outputFolder, 'build.json');
  if (!existsSync(join(outputFolder, 'onednn.node')) || !existsSync(note)) return false;
  try {
    return JSON.stringify(JSON.parse(readFileSync(note, 'utf8'))) === JSON.stringify(buildKey(oneDnn));
  } catch {
    return false;
  }
}

/**
 * @param {(line: string) => void} [say]
 * @returns {Promise<'current' | 'built' | 'unavailable'>}
 */
export async function prepareNative(say = (line) => process.stdout.write(`${line}\n`)) {
  try {
    if (process.env.GOOGLENET_ONEDNN === 'off') return 'unavailable';
    const oneDnn = findOneDnn();
    const compiler = findCompiler();
    if (oneDnn && isCurrent(oneDnn)) return 'current';
    if (!existsSync(outputFolder)) {
      say(
        `The native engine has no package for ${process.platform}-${process.arch}; training goes on with WebAssembly.`,
      );
      return 'unavailable';
    }
    if (!oneDnn || !compiler) {
      if (existsSync(join(outputFolder, 'onednn.node'))) return 'current';
      const missing = [!compiler && 'a C++ compiler (g++)', !oneDnn && 'oneDNN (libdnnl-dev)']
        .filter(Boolean)
        .join(' and ');
      say(
        `Training would be several times faster with the native engine: install ${missing} and start again.`,
      );
      return 'unavailable';
    }
    say('Building the native engine, once, in about half a minute: a C++ compiler and oneDNN are here.');
    await buildNative();
    return 'built';
  } catch (error) {
    say(
      `The native engine could not be built: ${
        String(error.stderr ?? error.message)
          .trim()
          .split('\n')[0]
      }`,
    );
    return 'unavailable';
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await prepareNative();
