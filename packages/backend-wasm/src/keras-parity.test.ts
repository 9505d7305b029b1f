import '@tensorflow/tfjs-layers';
import { testKerasParity } from '../../training/src/testing/keras-golden';
import { useWasm } from './use-wasm';

beforeAll(async () => void (await useWasm({ threads: 2 })));

// Adam divides by the gradient's size, so that rounding moves weights whose gradient is near zero: after three steps the
// loss may be a thousandth away. Outputs, losses and gradients of one step keep the 1e-4.
testKerasParity('googlenet-wasm', { stepTolerance: 3e-3 });
