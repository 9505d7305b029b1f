// The engine for TensorFlow.js' conformance suite: importing it registers it.
import '@tensorflow/tfjs-backend-cpu';
import '../index';

export default function setup(): void {
  // nothing else to do
}
