const { TestEnvironment } = require('jest-environment-node');

/** Node's environment with the typed arrays of the process outside: what native add-ons make and test with `instanceof`. */
module.exports = class extends TestEnvironment {
  constructor(...options) {
    super(...options);
    Object.assign(this.global, { ArrayBuffer, Float32Array, Int32Array, Uint8Array, Uint8ClampedArray });
  }
};
