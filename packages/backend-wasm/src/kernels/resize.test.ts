import '@tensorflow/tfjs-layers';
import {
  compareWithCpu,
  integer,
  runKernel,
  seeded,
  values,
  type Case,
  type Random,
} from '../testing/compare';
import { useWasm } from '../use-wasm';

const numbers = (random: Random, shape: number[]) => ({ data: values(random, shape), shape });

function cases(random: Random): Case[] {
  const [height, width] = [integer(random, 1, 7), integer(random, 1, 7)];
  const size: [number, number] = [integer(random, 1, 11), integer(random, 1, 11)];
  const channels = integer(random, 1, 9);
  const images = numbers(random, [integer(random, 1, 3), height, width, channels]);
  const [alignCorners, halfPixelCenters] = [
    [false, false],
    [true, false],
    [false, true],
  ][integer(random, 0, 2)];
  const attrs = { alignCorners, halfPixelCenters, size };
  // The cpu backend swaps height and width in the shape of the gradient: compared on squares only.
  const square = numbers(random, [2, height, height, channels]);
  return [
    { name: 'ResizeBilinear', inputs: { images }, attrs },
    { name: 'ResizeNearestNeighbor', inputs: { images }, attrs },
    {
      name: 'ResizeBilinearGrad',
      inputs: { images: square, dy: numbers(random, [2, ...size, channels]) },
      attrs: { alignCorners },
    },
  ];
}

describe('resizing', () => {
  it('copies infinities to the nearest', async () => {
    await useWasm({ threads: 2 });
    const images = { data: Float32Array.of(Infinity, -Infinity, NaN, 1), shape: [1, 2, 2, 1] };
    const attrs = { alignCorners: false, halfPixelCenters: false, size: [2, 4] };
    const [y] = runKernel({ name: 'ResizeNearestNeighbor', inputs: { images }, attrs });
    expect(y.data).toEqual([Infinity, Infinity, -Infinity, -Infinity, NaN, NaN, 1, 1]);
  });

  it.each(['Bilinear', 'NearestNeighbor'])(
    'has a gradient that is the transpose of its forward pass: Resize%s',
    async (kind) => {
      await useWasm({ threads: 2 });
      const random = seeded(96);
      for (let i = 0; i < 40; i++) {
        const [height, width, channels] = [
          integer(random, 1, 7),
          integer(random, 1, 7),
          integer(random, 1, 6),
        ];
        const size: [number, number] = [integer(random, 1, 11), integer(random, 1, 11)];
        const alignCorners = random() < 0.5;
        const images = numbers(random, [2, height, width, channels]);
        const dy = numbers(random, [2, ...size, channels]);
        const attrs = { alignCorners, halfPixelCenters: !alignCorners && random() < 0.5, size };
        const [y] = runKernel({ name: `Resize${kind}`, inputs: { images }, attrs });
        const [dx] = runKernel({ name: `Resize${kind}Grad`, inputs: { images, dy }, attrs });
        const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
          Array.from(a).reduce((sum, value, j) => sum + value * b[j], 0);
        expect(dx.shape).toEqual(images.shape);
        expect(dot(dx.data, images.data)).toBeCloseTo(dot(dy.data, y.data), 3);
      }
    },
  );

  it('equals the cpu backend’s over random sizes', async () => {
    const random = seeded(95);
    const all = Array.from({ length: 120 }, () => cases(random)).flat();
    expect(await compareWithCpu(all, 1e-5)).toEqual([]);
  });
});
