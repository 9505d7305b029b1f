import { createRequire } from 'node:module';
import { join } from 'node:path';

/**
 * Whether a peer is at hand, in this package or in `integrations`, where those are installed whose install scripts download.
 * Says in one line what is passed over.
 */
export function hasPeer(name: string): boolean {
  const found = ['packages/formats', 'integrations'].some((folder) => {
    try {
      createRequire(join(__dirname, '../../../..', folder, 'package.json')).resolve(name);
      return true;
    } catch {
      return false;
    }
  });
  if (!found)
    process.stdout.write(
      `passed over: ${name} is not installed (npm ci --prefix integrations --ignore-scripts)\n`,
    );
  return found;
}
