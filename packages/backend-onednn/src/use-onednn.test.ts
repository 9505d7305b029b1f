import * as tf from '@tensorflow/tfjs-core';
import { engineInfo, getPrecision, isAvailable, useOneDnn } from './index';
import { describeNative } from './testing/compare';
import type { OneDnnOptions } from './use-onednn';

describe('useOneDnn', () => {
  it('refuses unknown options and bad values, all at once', async () => {
    const options = { thread: 2, threads: 0, winograd: 1, precision: 'fp8', exact: 'yes' };
    const failure: unknown = await useOneDnn(options as unknown as OneDnnOptions).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(RangeError);
    for (const part of [
      'got "thread". Did you mean "threads"?',
      'threads to be an integer from 1 to 1024, got 0',
      'winograd to be true or false, got 1',
      'precision to be "float32" or "bf16", got "fp8"',
      'exact to be true or false, got "yes"',
    ])
      expect((failure as RangeError).message).toContain(part);
    await expect(useOneDnn({ exact: true, winograd: true })).rejects.toThrow('winograd to be false');
    await expect(useOneDnn({ exact: true, precision: 'bf16' })).rejects.toThrow('precision to be "float32"');
    await expect(useOneDnn(null as unknown as OneDnnOptions)).rejects.toThrow(
      'expected an object of options',
    );
  });

  if (!isAvailable().available)
    it('says why there is no engine', async () => {
      await expect(useOneDnn()).rejects.toThrow('useOneDnn: expected the native engine, got none: ');
    });
});

describeNative('useOneDnn', () => {
  afterAll(() => useOneDnn());

  it('makes onednn the current backend and says what runs', async () => {
    const info = await useOneDnn({ threads: 1 });
    expect(info).toMatchObject({ backend: 'onednn', threads: 1, precision: 'float32', exact: false });
    expect([tf.getBackend(), engineInfo().threads, getPrecision()]).toEqual(['onednn', 1, 'float32']);
    expect(info.oneDnnVersion).toMatch(/^\d+\.\d+/);
  });

  it('gives what is left out its default again', async () => {
    const { threads } = await useOneDnn();
    await useOneDnn({ threads: threads + 1, exact: true });
    expect(await useOneDnn()).toMatchObject({ threads, exact: false });
  });

  it('exact sums 3x3 convolutions directly', async () => {
    const x = tf.randomUniform<tf.Rank.R4>([2, 28, 28, 64], -1, 1, 'float32', 1);
    const filter = tf.randomUniform<tf.Rank.R4>([3, 3, 64, 64], -1, 1, 'float32', 2);
    const convolve = () => tf.tidy(() => tf.conv2d(x, filter, 1, 'same').dataSync());
    const differs = (a: ArrayLike<number>, b: ArrayLike<number>) => Array.from(a).some((v, i) => v !== b[i]);
    expect(await useOneDnn({ exact: true })).toMatchObject({ exact: true });
    const direct = convolve();
    expect(await useOneDnn({ winograd: false })).toMatchObject({ exact: true });
    expect(differs(convolve(), direct)).toBe(false);
    expect(await useOneDnn()).toMatchObject({ exact: false });
    expect(differs(convolve(), direct)).toBe(true);
    tf.dispose([x, filter]);
  });
});
