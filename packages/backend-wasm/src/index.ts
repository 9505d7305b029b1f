/**
 * The WebAssembly engine `googlenet-wasm`: a TensorFlow.js backend that trains, with SIMD and threads.
 *
 * It knows nothing of networks. Start reading at `use-wasm.ts` and `backend.ts`; `kernels/` has one file for each group of operations,
 * `assembly/` their WebAssembly, `runtime/` memory and threads.
 *
 * @packageDocumentation
 */

export { trainableStockWasm } from './stock';
export { useWasm, type WasmInfo, type WasmOptions } from './use-wasm';
export { WORKER_SOURCE } from './runtime/worker-source';
