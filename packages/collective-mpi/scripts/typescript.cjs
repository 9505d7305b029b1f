// Lets a plain Node process load the sources.
const { readFileSync } = require('node:fs');
const { transformSync } = require('@swc/core');

require.extensions['.ts'] = (module, filename) => {
  const options = {
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    module: { type: 'commonjs' },
    filename,
    swcrc: false,
  };
  module._compile(transformSync(readFileSync(filename, 'utf8'), options).code, filename);
};
