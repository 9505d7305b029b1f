/*
 * Runs ONNX files with onnxruntime-node or onnxruntime-web, as a program of its own: both are made for Node's loader, not for jest's.
 * node run-onnx.mjs RUNTIME JOBS.json; jobs are [{file, inputs: {name: {shape, data}}, out}].
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { importPeer } from './peers.mjs';

const [runtime, jobs] = process.argv.slice(2);
const ort = await importPeer(runtime);
if (runtime === 'onnxruntime-web') ort.env.wasm.numThreads = 1;

for (const { file, inputs, out } of JSON.parse(readFileSync(jobs, 'utf8'))) {
  const session = await ort.InferenceSession.create(new Uint8Array(readFileSync(file)), {
    executionProviders: [runtime === 'onnxruntime-web' ? 'wasm' : 'cpu'],
  });
  const feeds = Object.entries(inputs).map(([name, { shape, data }]) => [
    name,
    new ort.Tensor('float32', Float32Array.from(data), shape),
  ]);
  const results = await session.run(Object.fromEntries(feeds));
  const outputs = session.outputNames.map((name) => [
    name,
    { shape: results[name].dims, data: Array.from(results[name].data) },
  ]);
  writeFileSync(out, JSON.stringify(Object.fromEntries(outputs)));
  await session.release();
}
