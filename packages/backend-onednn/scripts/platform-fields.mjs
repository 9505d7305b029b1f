// Adds the `os`, `cpu` and `libc` fields to the package in the working folder while it is packed, and takes them away again:
// in a workspace they would make `npm ci` fail on other platforms.
import { readFileSync, writeFileSync } from 'node:fs';

const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const [os, cpu] = manifest.name.split('-').slice(-2);
delete manifest.os;
delete manifest.cpu;
delete manifest.libc;
if (process.argv[2] === 'add')
  Object.assign(manifest, { os: [os], cpu: [cpu], ...(os === 'linux' && { libc: ['glibc'] }) });
writeFileSync('package.json', `${JSON.stringify(manifest, null, 2)}\n`);
