// onnxruntime-node on the MNIST variant with folded batch norm, inference only. Prints one JSON line.
// It is not a dependency: npm install --no-save --ignore-scripts onnxruntime-node
import { availableParallelism } from 'node:os';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { onnxModel } from './onnx-model.mjs';

const { values } = parseArgs({
  options: {
    width: { type: 'string', default: '1' },
    batch: { type: 'string', default: '32' },
    steps: { type: 'string', default: '5' },
    threads: { type: 'string', default: `${availableParallelism()}` },
  },
});
const [width, batch, steps, threads] = [values.width, values.batch, values.steps, values.threads].map(Number);
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
const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];

await session.run({ images });
const [wall, processor] = [[], []];
for (let i = 0; i < steps; i++) {
  const usage = process.cpuUsage();
  const start = performance.now();
  await session.run({ images });
  wall.push(performance.now() - start);
  const { user, system } = process.cpuUsage(usage);
  processor.push((user + system) / 1000);
}
process.stdout.write(
  `${JSON.stringify({ engine: 'onnxruntime-node', task: 'inference', width, batch, threads, medianMs: median(wall), processorMs: median(processor) })}\n`,
);
