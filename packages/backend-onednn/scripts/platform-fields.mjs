// Adds the `os` and `cpu` fields to the package in the working folder while it is packed, and takes them away again:
// in a workspace they would make `npm ci` fail on other platforms.
import { readFileSync, writeFileSync } from 'node:fs';

const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const [os, cpu] = manifest.name.split('-').slice(-2);
delete manifest.os;
delete manifest.cpu;
if (process.argv[2] === 'add') Object.assign(manifest, { os: [os], cpu: [cpu] });
writeFileSync('package.json', `${JSON.stringify(manifest, null, 2)}\n`);
