// onnxruntime-node on the MNIST variant with folded batch norm, inference only. Prints one JSON line.
// It is not a dependency: npm install --no-save --ignore-scripts onnxruntime-node
import process from 'node:process';
import { measure, readArguments } from './network.mjs';
import { onnxModel } from './onnx-model.mjs';

const options = readArguments();
const { width, batch, threads } = options;
const { InferenceSession, Tensor } = await import(process.env.ONNXRUNTIME_NODE ?? 'onnxruntime-node').then(
  (m) => m.default ?? m,
);
const session = await InferenceSession.create(onnxModel(width, batch), {
  intraOpNumThreads: threads,
  logSeverityLevel: 3,
});
const images = new Tensor(
  'float32',
  Float32Array.from({ length: batch * 784 }, (_, i) => ((i * 7919) % 256) / 255),
  [batch, 1, 28, 28],
);
await measure(() => session.run({ images }), options, 'onnxruntime-node');
