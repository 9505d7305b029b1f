export { trainableStockWasm } from './stock';
export { useWasm, type WasmInfo, type WasmOptions } from './use-wasm';
export { workerSource } from './runtime/worker-source';
