import type { ResolvedTrainConfig } from '../config/config';
import { crc32 } from './crc32';
import { CheckpointError } from '../errors';

/** The best epoch so far. */
export interface BestEpoch {
  /** From 1. */
  epoch: number;
  step: number;
  monitor: 'loss' | 'accuracy';
  value: number;
}

/** Sums over the current epoch's steps. */
export interface EpochTotals {
  images: number;
  /** Each step's loss times its images. */
  loss: number;
  crossEntropy: number;
  correct: number;
  durationMs: number;
}

/** Where a run stands, apart from its tensors. Random numbers need no state: they are functions of seed, epoch and step. */
export interface TrainState {
  /** Steps done. */
  step: number;
  /** Epochs done. */
  epoch: number;
  /** Batches of the current epoch done. */
  batch: number;
  totals: EpochTotals;
  best: BestEpoch | null;
  epochsSinceBest: number;
}

/** What a checkpoint says about itself. */
export interface CheckpointHeader {
  kind: 'state' | 'best';
  state: TrainState;
  config: ResolvedTrainConfig;
  /** Images in the training data, to notice another dataset. */
  dataSize: number;
  /** What else decides the weights, by name: see `TrainOptions.fingerprint`. */
  fingerprint?: Readonly<Record<string, string>>;
}

/** One tensor of a checkpoint. */
export interface CheckpointTensor {
  /** `weights`, `ema`, or an optimizer's `m`, `v`, `velocity`. */
  group: string;
  name: string;
  shape: number[];
  values: Float32Array;
}

/** Everything that a run needs to go on as if it had never stopped. */
export interface Checkpoint {
  header: CheckpointHeader;
  tensors: CheckpointTensor[];
}

const MAGIC = 'GOOGCKP1';
const PREFIX_BYTES = 24;

/**
 * A checkpoint as bytes: magic, CRC-32 of all that follows it, header length, total length,
 * JSON header, float32 little-endian values.
 *
 * @see decodeCheckpoint
 */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const layout = checkpoint.tensors.map(({ group, name, shape, values }) => ({
    group,
    name,
    shape,
    length: values.length,
  }));
  const json = new TextEncoder().encode(JSON.stringify({ ...checkpoint.header, tensors: layout }));
  const headerBytes = Math.ceil(json.length / 8) * 8;
  const bodyBytes = 4 * layout.reduce((sum, { length }) => sum + length, 0);
  const bytes = new Uint8Array(PREFIX_BYTES + headerBytes + bodyBytes);
  bytes.fill(0x20, PREFIX_BYTES, PREFIX_BYTES + headerBytes);
  bytes.set(json, PREFIX_BYTES);
  const body = new Float32Array(bytes.buffer, PREFIX_BYTES + headerBytes);
  let offset = 0;
  for (const { values } of checkpoint.tensors) {
    body.set(values, offset);
    offset += values.length;
  }
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(MAGIC));
  view.setUint32(12, headerBytes, true);
  view.setFloat64(16, bytes.length, true);
  view.setUint32(8, crc32(bytes.subarray(12)), true);
  return bytes;
}

/**
 * Reads what {@link encodeCheckpoint} wrote.
 *
 * @throws {CheckpointError} with code `DAMAGED` if a byte is missing or has changed.
 */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  if (!(bytes instanceof Uint8Array))
    throw new TypeError(
      `decodeCheckpoint: expected bytes in a Uint8Array, got ${typeof bytes}. Read the file first.`,
    );
  const damaged = (expected: string, got: string | number): CheckpointError =>
    new CheckpointError(
      'DAMAGED',
      `decodeCheckpoint(bytes): expected ${expected}, got ${got}. Use an older checkpoint.`,
    );
  if (bytes.length < PREFIX_BYTES) throw damaged(`at least ${PREFIX_BYTES} bytes`, bytes.length);
  const found = new TextDecoder().decode(bytes.subarray(0, 8));
  if (found !== MAGIC) throw damaged(`the magic "${MAGIC}"`, JSON.stringify(found));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const total = view.getFloat64(16, true);
  if (total !== bytes.length) throw damaged(`${total} bytes`, bytes.length);
  if (crc32(bytes.subarray(12)) !== view.getUint32(8, true))
    throw damaged('the checksum that the file names', 'another one');
  // Not slice(): a Node.js Buffer has one of its own that copies nothing, and float32 views need alignment.
  const content = new Uint8Array(bytes.subarray(PREFIX_BYTES));
  const headerBytes = view.getUint32(12, true);
  const { tensors: layout, ...header } = JSON.parse(
    new TextDecoder().decode(content.subarray(0, headerBytes)),
  ) as CheckpointHeader & {
    tensors: { group: string; name: string; shape: number[]; length: number }[];
  };
  let offset = headerBytes;
  const tensors = layout.map(({ group, name, shape, length }) => {
    const values = new Float32Array(content.buffer, offset, length);
    offset += 4 * length;
    return { group, name, shape, values };
  });
  return { header, tensors };
}
