import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { useWasm, type WasmOptions } from './use-wasm';

describe('useWasm', () => {
  it('makes googlenet-wasm the current backend and says what runs', async () => {
    const info = await useWasm({ threads: 2 });
    expect(info).toMatchObject({ backend: 'googlenet-wasm', threads: 2 });
    expect(['relaxed', 'simd']).toContain(info.simd);
    expect(tf.getBackend()).toBe('googlenet-wasm');
  });

  it('keeps tensors when it is called again with the same options', async () => {
    await useWasm({ threads: 1 });
    const x = tf.relu(tf.tensor1d([-1, 2]));
    await useWasm({ threads: 1 });
    expect([...x.dataSync()]).toEqual([0, 2]);
    x.dispose();
  });

  it.each([0, -1, 1.5, 65, NaN])('refuses %p threads', async (threads) => {
    await expect(useWasm({ threads })).rejects.toThrow(
      `useWasm: expected threads to be an integer from 1 to 64, got ${threads}`,
    );
  });

  it('refuses unknown options and bad values, all at once', async () => {
    const options = {
      simd: 'foo',
      thread: 2,
      winograd: 1,
      maximumBytes: -1,
      precision: 'bf16',
      workerUrl: '',
    };
    const failure = await useWasm(options as unknown as WasmOptions).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(RangeError);
    const { message } = failure as RangeError;
    for (const part of [
      'simd to be "auto", "relaxed" or "simd", got "foo"',
      'got "thread"',
      'winograd to be true or false, got 1',
      'maximumBytes to be bytes',
      'precision to be "float32", got "bf16"',
      'workerUrl to be a URL, got ""',
    ]) {
      expect(message).toContain(part);
    }
    await expect(useWasm(null as unknown as WasmOptions)).rejects.toThrow('expected an object of options');
    await expect(useWasm({ exact: true, winograd: true })).rejects.toThrow(
      'winograd to be false where exact',
    );
  });

  it('exact turns Winograd off, and the info says so', async () => {
    expect(await useWasm({ threads: 1, exact: true })).toMatchObject({ exact: true, precision: 'float32' });
    expect(await useWasm({ threads: 1, winograd: undefined })).toMatchObject({ exact: false });
  });

  it('takes over tensors of other backends', async () => {
    await tf.setBackend('cpu');
    const x = tf.tensor2d([
      [1, 2],
      [3, 4],
    ]);
    await useWasm({ threads: 1 });
    expect([...tf.matMul(x, x).dataSync()]).toEqual([7, 10, 15, 22]);
    x.dispose();
  });

  it('hands out copies: what a caller writes into them changes no tensor', async () => {
    await useWasm({ threads: 1 });
    const x = tf.relu(tf.tensor1d([1, 2]));
    x.dataSync()[0] = 9;
    (await x.data())[1] = 9;
    x.bufferSync().set(9, 0);
    expect([...x.dataSync()]).toEqual([1, 2]);
    x.dispose();
  });

  it('runs what it has no kernel for on the inherited ones', async () => {
    await useWasm({ threads: 1 });
    const x = tf.relu(
      tf.tensor2d([
        [1, -2],
        [3, 4],
      ]),
    );
    const values = tf.tidy(() => [...tf.cumsum(tf.reverse(tf.transpose(x)), 1).dataSync()]);
    expect(values).toEqual([4, 4, 3, 4]);
    const text = tf.tensor1d(['a', 'b']);
    expect(text.dataSync()).toEqual(['a', 'b']);
    tf.dispose([x, text]);
  });

  it('says how much memory was wanted, and for what, when there is too little', async () => {
    await useWasm({ threads: 1, maximumBytes: 32 << 20 });
    expect(() => tf.tidy(() => tf.relu(tf.zeros([4, 1024, 1024, 3])))).toThrow(
      /expected room for 50331648 bytes \(a tensor/,
    );
    expect([...tf.tidy(() => tf.relu(tf.tensor1d([3]))).dataSync()]).toEqual([3]);
    await useWasm({ threads: 1 });
  });
});
