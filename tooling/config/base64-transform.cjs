const { readFileSync } = require('node:fs');

/** A binary file as the base64 text that tsup's loader of that name makes of it. */
module.exports = {
  process: (_, path) => ({ code: `module.exports = ${JSON.stringify(readFileSync(path, 'base64'))};` }),
};
