import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** A folder beside the repository with real weights and pictures; its absence is no error. */
const FOLDER = join(__dirname, '..', '..', '..', '..', '..', 'shared', 'weights');

/** Declares a test on real weights, or passes over it with one printed line where they are absent. */
export function itWithWeights(name: string, body: (folder: string) => Promise<void>): void {
  if (existsSync(join(FOLDER, 'bvlc_googlenet.caffemodel'))) it(name, () => body(FOLDER), 180_000);
  else {
    process.stdout.write(`passed over: ${name} (no ../shared/weights beside the repository)\n`);
    it.skip(name, () => undefined);
  }
}
