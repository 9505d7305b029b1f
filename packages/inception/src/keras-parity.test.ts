import '@tensorflow/tfjs-backend-cpu';
import { testKerasModules } from './testing/keras-modules';

testKerasModules();
