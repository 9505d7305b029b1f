import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** What both codecs export. */
export interface CodecExports {
  readonly memory: WebAssembly.Memory;
  malloc(bytes: number): number;
}

// CommonJS builds have __filename, ES modules have import.meta.
const here = typeof __filename === 'string' ? __filename : import.meta.url;
const modules = new Map<string, WebAssembly.Module>();

/**
 * A fresh instance of a codec that lies as a .wasm file in an npm package.
 *
 * Each picture gets its own: whatever a damaged file does to the codec's memory ends with it. The compiled code is kept.
 */
export function instantiate<T extends CodecExports>(file: string): T {
  let module = modules.get(file);
  if (module === undefined) {
    module = new WebAssembly.Module(readFileSync(createRequire(here).resolve(file)));
    modules.set(file, module);
  }
  const refuse = (name: string) => (): never => {
    throw new Error(`the codec called ${name}`);
  };
  const imports: Record<string, Record<string, () => number>> = {};
  for (const { module: space, name } of WebAssembly.Module.imports(module)) {
    // setjmp returns 0 on its first return; there is no second one, since longjmp (a fatal error in the file) throws.
    const quiet = name === 'setjmp' || name === 'environ_sizes_get';
    (imports[space] ??= {})[name] = quiet ? () => 0 : refuse(name);
  }
  return new WebAssembly.Instance(module, imports).exports as unknown as T;
}

/** Copies bytes into an instance's memory; gives their address. */
export function place(codec: CodecExports, bytes: Uint8Array): number {
  const pointer = codec.malloc(bytes.length);
  if (pointer === 0) throw new Error('the codec has no memory left');
  new Uint8Array(codec.memory.buffer, pointer, bytes.length).set(bytes);
  return pointer;
}

/** A copy of bytes from an instance's memory. */
export function take(codec: CodecExports, pointer: number, length: number): Uint8Array {
  return new Uint8Array(codec.memory.buffer, pointer >>> 0, length).slice();
}
