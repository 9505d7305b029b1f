const { existsSync } = require('node:fs');

/** Where Chromium is: `CHROMIUM_PATH`, else the usual places; undefined where there is none. */
function findChromium() {
  const candidates = [
    process.env.CHROMIUM_PATH,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ];
  return candidates.find((path) => path && existsSync(path));
}

const chromiumHint =
  'No Chromium found. Install it (Debian and Ubuntu: `apt-get install chromium`) or set CHROMIUM_PATH to a Chrome or Chromium program.';

const chromiumFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

module.exports = { findChromium, chromiumHint, chromiumFlags };
