import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { Runtime } from './runtime/runtime';

type Values = tf.backend_util.BackendValues;
type DataId = object;

/**
 * A tensor's numbers, in JavaScript's memory until a WebAssembly kernel needs them, from then on in the engine's.
 * It has the fields of the cpu backend's records, whose kernels read and write them.
 */
class TensorRecord {
  refCount = 1;
  complexTensorInfos?: { real: tf.TensorInfo; imag: tf.TensorInfo };
  pointer = 0;
  private held: Values | undefined;

  constructor(
    private readonly runtime: Runtime,
    readonly dtype: tf.DataType,
    values: Values | undefined,
    readonly length: number,
  ) {
    this.held = values;
  }

  /** The numbers; a view into the engine's memory once they live there: valid until the next allocation. */
  get values(): Values {
    if (!this.pointer) return this.held as Values;
    const { buffer } = this.runtime.memory;
    return this.dtype === 'int32'
      ? new Int32Array(buffer, this.pointer, this.length)
      : new Float32Array(buffer, this.pointer, this.length);
  }

  set values(values: Values) {
    this.release();
    this.held = values;
  }

  /** Moves the numbers into the engine's memory. */
  upload(): number {
    if (this.pointer) return this.pointer;
    const { held } = this;
    if (!(held instanceof Float32Array) && !(held instanceof Int32Array)) {
      throw new TypeError(
        `googlenet-wasm: expected float32 or int32 data, got ${this.dtype}. Cast the tensor first.`,
      );
    }
    const pointer = this.runtime.heap.allocate(held.byteLength, 'a tensor');
    if (held instanceof Float32Array) this.runtime.heap.f32.set(held, pointer >>> 2);
    else this.runtime.heap.i32.set(held, pointer >>> 2);
    this.pointer = pointer;
    this.held = undefined;
    return pointer;
  }

  /** Reserves room in the engine's memory; the numbers are whatever was there. */
  reserve(what: string): void {
    this.pointer = this.runtime.heap.allocate(this.length * 4, what);
  }

  release(): void {
    if (this.pointer) this.runtime.heap.release(this.pointer);
    this.pointer = 0;
    this.held = undefined;
  }
}

/**
 * TensorFlow.js's cpu backend with its tensors in WebAssembly memory.
 *
 * Kernels that this package does not replace are the cpu backend's own; they find the numbers through `data.get(id).values`.
 */
export class WasmBackend extends MathBackendCPU {
  private nextId = 0;

  constructor(readonly runtime: Runtime) {
    super();
  }

  override write(values: Values, _shape: number[], dtype: tf.DataType): DataId {
    const dataId = { id: this.nextId++ };
    this.store(dataId, values, dtype, 1);
    return dataId;
  }

  override move(
    dataId: DataId,
    values: Values,
    _shape: number[],
    dtype: tf.DataType,
    refCount: number,
  ): void {
    this.store(dataId, values, dtype, refCount);
  }

  private store(dataId: DataId, values: Values, dtype: tf.DataType, refCount: number): void {
    const record = new TensorRecord(
      this.runtime,
      dtype,
      this.isView(values) ? (values as Float32Array).slice() : normalize(values, dtype),
      (values as ArrayLike<unknown> | null)?.length ?? 0,
    );
    record.refCount = refCount;
    this.data.set(dataId, record);
  }

  /** Whether values lie in the engine's memory: some inherited kernels return a piece of their input. */
  private isView(values: Values): boolean {
    if (!ArrayBuffer.isView(values)) return false;
    const { buffer } = values;
    return (
      buffer === this.runtime.memory.buffer ||
      (typeof SharedArrayBuffer !== 'undefined' && buffer instanceof SharedArrayBuffer)
    );
  }

  private record(dataId: DataId): TensorRecord {
    return this.data.get(dataId) as TensorRecord;
  }

  /** The address of a tensor's numbers; moves them into the engine's memory if need be. */
  pointer(info: tf.TensorInfo): number {
    return this.record(info.dataId).upload();
  }

  /** A new tensor with unspecified contents. */
  output(shape: number[], dtype: 'float32' | 'int32' = 'float32'): tf.TensorInfo {
    const dataId = { id: this.nextId++ };
    const record = new TensorRecord(this.runtime, dtype, undefined, tf.util.sizeFromShape(shape));
    record.reserve(`a tensor of shape [${shape.join(', ')}]`);
    this.data.set(dataId, record);
    return { dataId, shape, dtype };
  }

  /** A copy of the numbers, so that nobody outside holds a view into the engine's memory. */
  override readSync(dataId: DataId): Values {
    const values = super.readSync(dataId);
    return this.record(dataId).pointer ? (values as Float32Array).slice() : values;
  }

  override read(dataId: DataId): Promise<Values> {
    return Promise.resolve(this.readSync(dataId));
  }

  override disposeData(dataId: DataId, force = false): boolean {
    if (!this.data.has(dataId)) return true;
    const record = this.record(dataId);
    const released = super.disposeData(dataId, force);
    if (released) record.release();
    return released;
  }

  override memory(): {
    unreliable: boolean;
    reasons: string[];
    usedBytes: number;
    freeBytes: number;
    heapBytes: number;
  } {
    return { unreliable: false, reasons: [], ...this.runtime.heap.statistics };
  }

  override dispose(): void {
    this.runtime.dispose();
  }
}

/** Plain arrays to typed ones, as the tensor's type says; typed arrays stay what they are. */
function normalize(values: Values, dtype: tf.DataType): Values {
  if (!Array.isArray(values) || (dtype !== 'float32' && dtype !== 'int32')) return values;
  return dtype === 'float32'
    ? new Float32Array(values as unknown as number[])
    : new Int32Array(values as unknown as number[]);
}
