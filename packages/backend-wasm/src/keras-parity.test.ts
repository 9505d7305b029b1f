import '@tensorflow/tfjs-layers';
import { testKerasParity } from '../../training/src/testing/keras-golden';
import { useWasm } from './use-wasm';

beforeAll(async () => void (await useWasm({ threads: 2 })));

testKerasParity('googlenet-wasm');
