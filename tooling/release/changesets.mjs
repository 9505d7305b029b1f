import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../.changeset', import.meta.url));

/** The state of a pre-release, of `changeset pre enter`; undefined without one. */
export function preRelease() {
  const path = join(folder, 'pre.json');
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}

/** Changesets that no version has taken up. A pre-release keeps those that it has, and lists them. */
export function waitingChangesets() {
  const taken = preRelease()?.changesets ?? [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.md') && file !== 'README.md')
    .map((file) => file.slice(0, -'.md'.length))
    .filter((name) => !taken.includes(name));
}

// The release workflow asks before it builds anything.
if (process.argv[1] === fileURLToPath(import.meta.url))
  console.log(`changesets=${waitingChangesets().length}`);
