import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { endpoints } from './index';
import { maxPool, poolBorder } from './max-pool';
import { useCpu, withModel } from './testing/models';
import type { PoolPadding } from './variants';

beforeAll(useCpu);

/** Pools by the definition: windows from `-before`, cut at the border. */
function poolByHand(rows: number[][], size: number, before: number, count: [number, number]): number[][] {
  const [height, width] = [rows.length, rows[0].length];
  return Array.from({ length: count[0] }, (_, i) =>
    Array.from({ length: count[1] }, (_unused, j) => {
      const window: number[] = [];
      for (let y = Math.max(0, 2 * i - before); y < Math.min(height, 2 * i - before + size); y++) {
        for (let x = Math.max(0, 2 * j - before); x < Math.min(width, 2 * j - before + size); x++) {
          window.push(rows[y][x]);
        }
      }
      return Math.max(...window);
    }),
  );
}

function pool(rows: number[][], size: number, padding: PoolPadding): number[][] {
  return tf.tidy(() => {
    const input = tfl.input({ shape: [rows.length, rows[0].length, 1] });
    const model = tfl.model({ inputs: input, outputs: maxPool(input, { name: 'pool', size, padding }) });
    const x = tf.reshape(tf.tensor2d(rows), [1, rows.length, rows[0].length, 1]);
    return tf.squeeze<tf.Tensor2D>(model.predict(x) as tf.Tensor, [0, 3]).arraySync();
  });
}

const picture = (height: number, width: number) =>
  Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_unused, x) => Math.fround(Math.abs(Math.sin(17 * y + 5 * x + 1)))),
  );

describe.each([
  [8, 8],
  [7, 7],
  [9, 8],
  [6, 11],
  [2, 3],
])('%i x %i', (height, width) => {
  const rows = picture(height, width);
  const counts = (count: (size: number) => number): [number, number] => [count(height), count(width)];

  it("'ceil' starts at the first pixel and keeps the last window that hangs over", () => {
    for (const size of [2, 3]) {
      const count = counts((extent) => Math.max(0, Math.ceil((extent - size) / 2)) + 1);
      expect(pool(rows, size, 'ceil')).toEqual(poolByHand(rows, size, 0, count));
    }
  });

  it('padding 1 starts one pixel outside and rounds the size down', () => {
    const count = counts((extent) => Math.floor((extent + 2 - 3) / 2) + 1);
    expect(pool(rows, 3, 1)).toEqual(poolByHand(rows, 3, 1, count));
  });
});

it("'same' on 8 starts at the first pixel, on 7 one pixel outside", () => {
  expect(pool(picture(8, 8), 3, 'same')).toEqual(poolByHand(picture(8, 8), 3, 0, [4, 4]));
  expect(pool(picture(7, 7), 3, 'same')).toEqual(poolByHand(picture(7, 7), 3, 1, [4, 4]));
});

it('no padding layer is made where a standard pool does the same', () => {
  const border = (height: number, width: number, size = 3) =>
    poolBorder([height, width], { size, stride: 2, padding: 'ceil' });
  expect(border(112, 112)).toBe('same');
  expect(border(7, 9)).toBe('valid');
  expect(border(14, 14, 2)).toBe('valid');
  expect(border(7, 7, 2)).toBe('same');
  expect(border(7, 8)).toEqual([
    [0, 0],
    [0, 1],
  ]);
});

describe('whole networks on odd image sizes', () => {
  const sizes = (variant: 'torchvision' | 'slim', image: [number, number]) =>
    withModel({ variant, inputShape: [...image, 3], widthMultiplier: 0.1, numClasses: 2 }, (model) =>
      endpoints(model)
        .filter(({ name }) => /^(conv1|pool)/.test(name))
        .map(({ shape }) => shape.slice(1, 3)),
    );

  // Sizes after conv1 and the four pools, from torchvision 0.29's googlenet.
  it.each<[[number, number], number[][]]>([
    [
      [97, 131],
      [
        [49, 66],
        [24, 33],
        [12, 16],
        [6, 8],
        [3, 4],
      ],
    ],
    [
      [64, 99],
      [
        [32, 50],
        [16, 25],
        [8, 12],
        [4, 6],
        [2, 3],
      ],
    ],
    [
      [33, 34],
      [
        [17, 17],
        [8, 8],
        [4, 4],
        [2, 2],
        [1, 1],
      ],
    ],
    [
      [57, 75],
      [
        [29, 38],
        [14, 19],
        [7, 9],
        [3, 4],
        [2, 2],
      ],
    ],
  ])('torchvision at %j', (image, expected) => {
    expect(sizes('torchvision', image)).toEqual(expected);
  });

  it('slim halves and rounds up everywhere', () => {
    expect(sizes('slim', [97, 131])).toEqual([
      [49, 66],
      [25, 33],
      [13, 17],
      [7, 9],
      [4, 5],
    ]);
  });
});

it('the 7x7 stem sees 3 pixels of padding as PyTorch does, and 2 in TF-slim', () => {
  const firstTap = (variant: 'torchvision' | 'paper' | 'slim') =>
    withModel({ variant, inputShape: [32, 32, 1], widthMultiplier: 0.1, numClasses: 2, seed: 1 }, (model) =>
      tf.tidy(() => {
        const stem = model.getLayer('conv1_7x7_s2');
        const kernel = tf.tile(tf.reshape(tf.range(1, 50), [7, 7, 1, 1]), [1, 1, 1, 8]);
        stem.setWeights([kernel, ...stem.getWeights().slice(1)]);
        const x = tf.cast(
          tf.reshape(tf.oneHot(tf.tensor1d([0], 'int32'), 32 * 32), [1, 32, 32, 1]),
          'float32',
        );
        const withoutInput = stem.apply(tf.zerosLike(x)) as tf.Tensor;
        const y = tf.sub(stem.apply(x) as tf.Tensor, withoutInput);
        return y.dataSync()[0] * (variant === 'paper' ? 1 : Math.sqrt(1 + 1e-3));
      }),
    );
  // Pixel (0, 0) under the kernel's row 3, column 3 (value 25) or row 2, column 2 (value 17).
  expect(firstTap('torchvision')).toBeCloseTo(25, 3);
  expect(firstTap('paper')).toBeCloseTo(25, 3);
  expect(firstTap('slim')).toBeCloseTo(17, 3);
});
