import '@tensorflow/tfjs-layers';
import { compareWithCpu, integer, seeded, values, type Case, type Random } from '../testing/compare';

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
  it('equals the cpu backend’s over random sizes', async () => {
    const random = seeded(95);
    const all = Array.from({ length: 120 }, () => cases(random)).flat();
    expect(await compareWithCpu(all, 1e-5)).toEqual([]);
  });
});
