import { relaxedBase64 } from '../generated/relaxed';
import { simdBase64 } from '../generated/simd';

export type Simd = 'relaxed' | 'simd';

/** A function of the compiled module: argument block, first unit, end, number of the calling thread. */
export type WasmFunction = (args: number, start: number, end: number, thread: number) => void;

interface NodeV8 {
  setFlagsFromString(flag: string): void;
}

/** A Node built-in module where there is one; bundlers see no import. */
export function nodeBuiltin<T>(name: string): T | undefined {
  const runtime = (globalThis as { process?: { getBuiltinModule?: (id: string) => T | undefined } }).process;
  return runtime?.getBuiltinModule?.(`node:${name}`);
}

// (module (func (param v128 v128 v128) (result v128) local.get 0..2 f32x4.relaxed_madd))
const RELAXED_PROBE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 8, 1, 96, 3, 123, 123, 123, 1, 123, 3, 2, 1, 0, 10, 13, 1, 11, 0, 32, 0, 32,
  1, 32, 2, 253, 133, 2, 11,
]);
// (module (func (result v128) i32.const 0 i8x16.splat))
const SIMD_PROBE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 15, 11,
]);

/** Whether the runtime has relaxed SIMD; on Node 20 it is asked to turn it on. */
export function hasRelaxedSimd(): boolean {
  if (WebAssembly.validate(RELAXED_PROBE)) return true;
  try {
    nodeBuiltin<NodeV8>('v8')?.setFlagsFromString('--experimental-wasm-relaxed-simd');
  } catch {
    return false;
  }
  return WebAssembly.validate(RELAXED_PROBE);
}

export function hasSimd(): boolean {
  return WebAssembly.validate(SIMD_PROBE);
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** Reads an unsigned LEB128 number; returns it and the offset behind it. */
function readUnsigned(bytes: Uint8Array, offset: number): [number, number] {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[offset++];
    value |= (byte & 127) << shift;
    if (byte < 128) return [value >>> 0, offset];
  }
}

/**
 * Marks the imported memory as shared. The module holds no atomic instruction: threads are synchronised by JavaScript,
 * so this one flag is all that tells the shared build from the other.
 */
function shareMemory(bytes: Uint8Array): void {
  const importSection = 2;
  for (let offset = 8; offset < bytes.length;) {
    const id = bytes[offset];
    const [length, body] = readUnsigned(bytes, offset + 1);
    if (id === importSection) {
      let at = readUnsigned(bytes, body)[1];
      for (let name = 0; name < 2; name++) {
        const [size, text] = readUnsigned(bytes, at);
        at = text + size;
      }
      if (bytes[at] !== 2 || bytes[at + 1] !== 1) break;
      bytes[at + 1] = 3;
      return;
    }
    offset = body + length;
  }
  throw new Error(
    'googlenet-wasm: expected the memory as the module’s only import. Run "npm run generate" again.',
  );
}

/**
 * Compiles the embedded module.
 *
 * @param shared - whether its memory is shared between threads
 * @param maximumPages - the memory's limit in pages of 64 KiB
 */
export async function compileModule(simd: Simd, shared: boolean): Promise<WebAssembly.Module> {
  const bytes = decodeBase64(simd === 'relaxed' ? relaxedBase64 : simdBase64);
  if (shared) shareMemory(bytes);
  return WebAssembly.compile(bytes);
}
