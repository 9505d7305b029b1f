import { channelOf, highestOf, largestIndices, toGreyMap } from './grey-map';

describe('grey maps', () => {
  it('scale to the highest activation and cut what is negative', () => {
    expect([...toGreyMap([0, 1, 2, -3], 2, 2, 2).pixels]).toEqual([0, 128, 255, 0]);
  });

  it('show faint activations when lifted', () => {
    expect([...toGreyMap([0, 1, 4, 16], 2, 2, 16, true).pixels]).toEqual([0, 64, 128, 255]);
  });

  it('of nothing but zeros are black', () => {
    expect([...toGreyMap([0, 0], 1, 2, 0).pixels]).toEqual([0, 0]);
  });

  it('find the highest value, the largest indices and one channel', () => {
    expect(highestOf([-1, -2])).toBe(0);
    expect(highestOf([1, 5, 2])).toBe(5);
    expect(largestIndices([0.1, 0.9, 0.5], 2)).toEqual([1, 2]);
    expect([...channelOf([1, 10, 2, 20, 3, 30], 2, 1)]).toEqual([10, 20, 30]);
  });
});
