import '@tensorflow/tfjs-layers';
import { testKerasParity, testKerasSteps } from '../../training/src/testing/keras-golden';
import { useWasm } from './use-wasm';

describe('by direct convolutions', () => {
  beforeAll(async () => void (await useWasm({ threads: 2, winograd: false })));

  testKerasParity('googlenet-wasm');
});

// A ReLU input that rounding carries over zero switches a whole gradient, so that Winograd's errors show in single gradients.
describe('by Winograd convolutions', () => {
  beforeAll(async () => void (await useWasm({ threads: 2 })));

  testKerasSteps(12, 2e-3);
  testKerasSteps(28, 3e-2);
});
