#!/usr/bin/env node
import { existsSync } from 'node:fs';

const built = new URL('../dist/main.js', import.meta.url);
if (existsSync(built)) {
  const { main } = await import(built.href);
  process.exitCode = await main(process.argv.slice(2));
} else {
  process.stderr.write(
    'googlenet: expected a built command, got no dist/main.js. Run `npx turbo run build --filter=@googlenet/trainer...` first.\n',
  );
  process.exitCode = 2;
}
