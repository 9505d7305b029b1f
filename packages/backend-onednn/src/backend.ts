import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { Addon } from './addon';
import { BufferPool } from './buffer-pool';
import { PackedFilters } from './packed-filters';
import { PackedModules } from './packed-modules';

type Values = tf.backend_util.BackendValues;
type DataId = tf.TensorInfo['dataId'];

/** The TensorFlow.js name of the engine. */
export const BACKEND_NAME = 'onednn';

/**
 * The engine: tensors as the cpu backend keeps them, in memory that is used again, and the add-on for heavy kernels.
 */
export class OneDnnBackend extends MathBackendCPU {
  readonly pool: BufferPool;
  readonly packedFilters: PackedFilters;
  readonly packedModules: PackedModules;
  /** Data that in-place kernels may write to: nobody outside holds the array. */
  private readonly writableData = new WeakSet<DataId>();

  constructor(readonly addon: Addon) {
    super();
    this.pool = new BufferPool((bytes) => addon.allocate(bytes));
    this.packedFilters = new PackedFilters(addon);
    this.packedModules = new PackedModules(addon);
    Reflect.set(this, 'firstUse', false); // the cpu backend would advise to install a faster one
  }

  /** Keeps the values; those that lie in pooled memory (a view of another tensor) are copied. */
  override write(values: Values, shape: number[], dtype: tf.DataType): DataId {
    return super.write(this.unshared(values), shape, dtype);
  }

  override move(dataId: DataId, values: Values, shape: number[], dtype: tf.DataType, refCount: number): void {
    super.move(dataId, this.unshared(values), shape, dtype, refCount);
  }

  /** Values for the caller to keep and to change, of every type: the tensor's own may be used again once it is disposed. */
  override readSync(dataId: DataId): Values {
    const values = super.readSync(dataId);
    return ArrayBuffer.isView(values) ? (values as Float32Array).slice() : values;
  }

  override read(dataId: DataId): Promise<Values> {
    return Promise.resolve(this.readSync(dataId));
  }

  override disposeData(dataId: DataId, force = false): boolean {
    const values = this.data.has(dataId) ? this.data.get(dataId).values : undefined;
    const gone = super.disposeData(dataId, force);
    if (gone) this.forgetPacked(dataId);
    if (gone && ArrayBuffer.isView(values)) this.pool.give(values);
    return gone;
  }

  /** A float32 tensor whose values are undefined until a kernel has written them. */
  allocate(shape: number[]): { info: tf.TensorInfo; values: Float32Array } {
    const values = this.pool.take(tf.util.sizeFromShape(shape));
    return { info: { dataId: super.write(values, shape, 'float32'), shape, dtype: 'float32' }, values };
  }

  /** The tensor's values; a float32 tensor may hold integers after a cast. */
  floats(info: tf.TensorInfo): Float32Array {
    const { values } = this.data.get(info.dataId);
    return isFloat32Array(values) ? values : Float32Array.from(values as ArrayLike<number>);
  }

  /** As {@link floats}, for a kernel that changes the tensor: what others may hold is replaced by a copy, once. */
  writable(info: tf.TensorInfo): Float32Array {
    this.forgetPacked(info.dataId);
    const record = this.data.get(info.dataId);
    if (isFloat32Array(record.values) && this.writableData.has(info.dataId)) return record.values;
    const old = this.floats(info);
    const copy = this.pool.take(old.length);
    copy.set(old);
    if (ArrayBuffer.isView(record.values)) this.pool.give(record.values);
    record.values = copy;
    this.writableData.add(info.dataId);
    return copy;
  }

  /** The tensor, or one in its place whose values are stored under its declared type. */
  faithful(info: tf.TensorInfo): tf.TensorInfo {
    const { values, dtype, complexTensorInfos } = this.data.get(info.dataId);
    const faithful = dtype === info.dtype && isStoredAs(values, info.dtype);
    if (faithful || complexTensorInfos !== undefined || !(info.dtype in STORED)) return info;
    const stored = STORED[info.dtype as keyof typeof STORED];
    const dataId = super.write(stored.from(values as ArrayLike<number>), info.shape, info.dtype);
    this.disposeData(info.dataId);
    return { dataId, shape: info.shape, dtype: info.dtype };
  }

  private forgetPacked(dataId: DataId): void {
    this.packedFilters.delete(dataId);
    this.packedModules.delete(dataId);
  }

  private unshared(values: Values): Values {
    return isFloat32Array(values) && this.pool.owns(values) ? values.slice() : values;
  }
}

const STORED = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };

/** Whether the values are of the array that a type is stored in; true for other types. Also for an array that another realm made. */
function isStoredAs(values: unknown, dtype: tf.DataType): boolean {
  const stored = STORED[dtype as keyof typeof STORED] as (typeof STORED)[keyof typeof STORED] | undefined;
  return (
    stored === undefined ||
    values instanceof stored ||
    Object.prototype.toString.call(values) === `[object ${stored.name}]`
  );
}

function isFloat32Array(values: unknown): values is Float32Array {
  return isStoredAs(values, 'float32');
}
