import { chromium } from 'playwright-core';
import { chromiumFlags, chromiumHint, findChromium } from './chromium.cjs';

/** Starts the Chromium of this machine, for a script; where there is none the script ends and says how to get one. */
export function launchChromium() {
  const executablePath = findChromium();
  if (!executablePath) {
    console.error(chromiumHint);
    process.exit(2);
  }
  return chromium.launch({ executablePath, args: chromiumFlags });
}
