import { matricesOf } from './broadcast';

describe('matrices of a broadcast product', () => {
  it('are those of the operand, in order, where its outer axes are the result’s', () => {
    expect([...matricesOf([2, 3], [2, 3])]).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('repeat along axes that are one or missing', () => {
    expect([...matricesOf([2, 3], [2, 1])]).toEqual([0, 0, 0, 1, 1, 1]);
    expect([...matricesOf([2, 3], [3])]).toEqual([0, 1, 2, 0, 1, 2]);
    expect([...matricesOf([2, 2, 2], [2, 1, 2])]).toEqual([0, 1, 0, 1, 2, 3, 2, 3]);
    expect([...matricesOf([2, 2], [])]).toEqual([0, 0, 0, 0]);
  });

  it('are one where there are no outer axes, none where one is empty', () => {
    expect([...matricesOf([], [])]).toEqual([0]);
    expect([...matricesOf([0, 2], [1, 2])]).toEqual([]);
  });
});
