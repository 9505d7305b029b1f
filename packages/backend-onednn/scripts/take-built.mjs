// Puts add-ons that other machines have built into the platform packages: `node scripts/take-built.mjs FOLDER`, where FOLDER holds one folder
// `native-PLATFORM` a platform, as the workflow "native" gives them. Only what a build makes is taken; the rest is this checkout's.
import { copyFileSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { outputFolderOf } from './native-toolchain.mjs';
import { PLATFORMS } from './platforms.mjs';

const from = process.argv[2];
if (!from || !existsSync(from)) throw new Error(`take-built: expected a folder, got ${from}.`);
const isBuilt = (name) => /^(onednn\.node|libomp\.dll|build\.json|LICENSE-oneDNN)$/.test(name);

for (const platform of Object.keys(PLATFORMS)) {
  const folder = join(from, `native-${platform}`);
  if (!existsSync(join(folder, 'onednn.node')))
    throw new Error(`take-built: expected ${join(folder, 'onednn.node')}, got no such file.`);
  for (const name of readdirSync(folder).filter(isBuilt))
    copyFileSync(join(folder, name), join(outputFolderOf(platform), name));
  process.stdout.write(`${platform}: taken\n`);
}
