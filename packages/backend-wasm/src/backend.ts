import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { PackedFilter } from './packed-filter';
import type { Runtime } from './runtime/runtime';

type Values = tf.backend_util.BackendValues;
type Numbers = Float32Array | Int32Array | Uint8Array;
type DataId = object;

/** The types of numbers that the engine's memory holds, with the bytes of one. */
const ELEMENT_BYTES = { float32: 4, int32: 4, bool: 1 } as const;
export type StoredType = keyof typeof ELEMENT_BYTES;

const isStored = (dtype: tf.DataType): dtype is StoredType => dtype in ELEMENT_BYTES;

/**
 * A tensor's numbers, in JavaScript's memory until a WebAssembly kernel needs them, from then on in the engine's.
 * It has the fields of the cpu backend's records, whose kernels read and write them. The numbers always are of the type `dtype`.
 */
class TensorRecord {
  refCount = 1;
  complexTensorInfos?: { real: tf.TensorInfo; imag: tf.TensorInfo };
  pointer = 0;
  /** The same numbers as another type, for tensors that another backend stored as this one and declares as that one. */
  companion: TensorRecord | undefined;
  /** The numbers as the filter of a convolution, once they were one. */
  packed: PackedFilter | undefined;
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
    switch (this.dtype) {
      case 'int32':
        return new Int32Array(buffer, this.pointer, this.length);
      case 'bool':
        return new Uint8Array(buffer, this.pointer, this.length);
      default:
        return new Float32Array(buffer, this.pointer, this.length);
    }
  }

  set values(values: Values) {
    this.release();
    this.held = stored(values, this.dtype);
  }

  /** Moves the numbers into the engine's memory. */
  upload(): number {
    if (this.pointer) return this.pointer;
    const { held, dtype } = this;
    if (!isStored(dtype) || !ArrayBuffer.isView(held)) {
      throw new TypeError(
        `googlenet-wasm: expected float32, int32 or bool data, got ${dtype}. Cast the tensor first.`,
      );
    }
    this.reserve('a tensor');
    (this.values as Numbers).set(held);
    return this.pointer;
  }

  /** Reserves room in the engine's memory; the numbers are whatever was there. */
  reserve(what: string): void {
    const bytes = this.length * ELEMENT_BYTES[this.dtype as StoredType];
    this.pointer = this.runtime.heap.allocate(bytes, what);
    this.held = undefined;
  }

  release(): void {
    if (this.pointer) this.runtime.heap.release(this.pointer);
    this.pointer = 0;
    this.held = undefined;
    this.companion?.release();
    this.companion = undefined;
    this.packed?.forget();
  }

  /** This record, or its companion of the wanted type. */
  as(dtype: tf.DataType): TensorRecord {
    if (dtype === this.dtype || !isStored(dtype) || !isStored(this.dtype)) return this;
    if (this.companion?.dtype !== dtype) {
      this.companion?.release();
      const values = stored((this.values as Numbers).slice(), dtype);
      this.companion = new TensorRecord(this.runtime, dtype, values, this.length);
    }
    return this.companion;
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
    const own = this.isView(values) ? (values as Float32Array).slice() : values;
    const record = new TensorRecord(
      this.runtime,
      dtype,
      stored(own, dtype),
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

  /** The address of a tensor's numbers, of the type that the tensor declares; moves them into the engine's memory if need be. */
  pointer(info: tf.TensorInfo): number {
    return this.record(info.dataId).as(info.dtype).upload();
  }

  /** The packed form of a tensor that is a convolution's filter. */
  packedFilter(info: tf.TensorInfo): PackedFilter {
    const record = this.record(info.dataId);
    return (record.packed ??= new PackedFilter(this.runtime.heap));
  }

  /** A kernel wrote to a tensor that existed before: what was made of its numbers is of no use any more. */
  changed(info: tf.TensorInfo): void {
    this.record(info.dataId).packed?.forget();
  }

  /** A tensor's numbers for reading in JavaScript; valid until the next allocation. */
  numbers(info: tf.TensorInfo): Numbers {
    return this.record(info.dataId).as(info.dtype).values as Numbers;
  }

  /** A new tensor with unspecified contents. */
  output(shape: number[], dtype: StoredType = 'float32'): tf.TensorInfo {
    const dataId = { id: this.nextId++ };
    const record = new TensorRecord(this.runtime, dtype, undefined, tf.util.sizeFromShape(shape));
    record.reserve(`a tensor of shape [${shape.join(', ')}]`);
    this.data.set(dataId, record);
    return { dataId, shape, dtype };
  }

  /** The same numbers under another shape, not copied. */
  reshaped(info: tf.TensorInfo, shape: number[]): tf.TensorInfo {
    this.incRef(info.dataId);
    return { dataId: info.dataId, shape, dtype: info.dtype };
  }

  /** A result whose stored type is the declared one: itself, or in its place a converted copy. */
  faithful(info: tf.TensorInfo): tf.TensorInfo {
    const record = this.record(info.dataId) as TensorRecord | undefined;
    if (!record || record.dtype === info.dtype || !isStored(info.dtype) || !isStored(record.dtype))
      return info;
    const dataId = this.write((record.values as Numbers).slice(), info.shape, info.dtype);
    this.disposeData(info.dataId);
    return { dataId, shape: info.shape, dtype: info.dtype };
  }

  /** A copy of the numbers, so that nobody outside holds a view of the tensor's own. */
  override readSync(dataId: DataId): Values {
    const { dtype, values } = this.record(dataId);
    return isStored(dtype) ? (values as Numbers).slice() : super.readSync(dataId);
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

/** Numbers as the tensor's type says; what is of this type already is not copied. */
function stored(values: Values, dtype: tf.DataType): Values {
  if ((values as Values | null) === null || !isStored(dtype)) return values;
  const numbers = values as unknown as ArrayLike<number>;
  switch (dtype) {
    case 'float32':
      return values instanceof Float32Array ? values : new Float32Array(numbers);
    case 'int32':
      return values instanceof Int32Array ? values : new Int32Array(numbers);
    default:
      return values instanceof Uint8Array ? values : Uint8Array.from(numbers);
  }
}
