// The engine under test is the cpu engine itself.
import '@tensorflow/tfjs-backend-cpu';

export default function setup() {}
