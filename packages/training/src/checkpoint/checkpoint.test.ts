import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from './checkpoint';
import { resolveTrainConfig } from '../config/config';
import { CheckpointError } from '../errors';

const checkpoint: Checkpoint = {
  header: {
    kind: 'state',
    state: {
      step: 7,
      epoch: 1,
      batch: 3,
      totals: { images: 24, loss: 1.5, crossEntropy: 1.25, correct: 20, durationMs: 12.5 },
      best: { epoch: 1, step: 4, monitor: 'loss', value: 0.1 + 0.2 },
      epochsSinceBest: 0,
    },
    config: resolveTrainConfig({ epochs: 2, batchSize: 8 }),
    dataSize: 32,
  },
  tensors: [
    { group: 'weights', name: 'dense/kernel', shape: [2, 2], values: Float32Array.of(1, -0, 1e-40, 3.4e38) },
    { group: 'm', name: 'naïve/ß', shape: [], values: Float32Array.of(0.1) },
  ],
};

describe('encodeCheckpoint and decodeCheckpoint', () => {
  it('give back what went in, to the bit', () => {
    const read = decodeCheckpoint(encodeCheckpoint(checkpoint));
    expect(read).toEqual(checkpoint);
    expect(Object.is(read.tensors[0].values[1], -0)).toBe(true);
  });

  it('work at any alignment', () => {
    const bytes = encodeCheckpoint(checkpoint);
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect(decodeCheckpoint(shifted.subarray(3))).toEqual(checkpoint);
    expect(decodeCheckpoint(Buffer.from(shifted.buffer, 3))).toEqual(checkpoint);
  });

  it('notice every truncation', () => {
    const bytes = encodeCheckpoint(checkpoint);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeCheckpoint(bytes.subarray(0, length))).toThrow(CheckpointError);
    }
  });

  it('notice every changed byte', () => {
    const bytes = encodeCheckpoint(checkpoint);
    for (let i = 0; i < bytes.length; i++) {
      const changed = bytes.slice();
      changed[i] ^= 0x10;
      expect(() => decodeCheckpoint(changed)).toThrow(CheckpointError);
    }
  });

  it('say what is wrong', () => {
    const bytes = encodeCheckpoint(checkpoint);
    expect(() => decodeCheckpoint(new Uint8Array(5))).toThrow(
      'decodeCheckpoint(bytes): expected at least 24 bytes, got 5. Use an older checkpoint.',
    );
    expect(() => decodeCheckpoint(bytes.subarray(1))).toThrow(/expected the magic "GOOGCKP1", got "OOGCKP1/);
    expect(() => decodeCheckpoint(bytes.subarray(0, 100))).toThrow(`expected ${bytes.length} bytes, got 100`);
    bytes[bytes.length - 1] ^= 1;
    expect(() => decodeCheckpoint(bytes)).toThrow(
      /expected the checksum that the file names, got another one/,
    );
  });
});
