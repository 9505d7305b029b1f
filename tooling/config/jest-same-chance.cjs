'use strict';

// TensorFlow.js takes what has no seed (a layer's first weights, say) from Math.random: every test file draws the same
// numbers each time it runs, so that none fails once in a thousand runs.
let state = 1;
Math.random = () => {
  // Numerical Recipes' linear congruential generator modulo 2^32: its high bits are what tests need.
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
};
