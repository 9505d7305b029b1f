import { integer, seeded } from '../testing/compare';
import { Heap } from './heap';

const MIB = 1 << 20;
const makeHeap = (maximumBytes: number) =>
  new Heap(new WebAssembly.Memory({ initial: 16, maximum: 4096 }), 4096, maximumBytes);

describe('Heap', () => {
  it('gives out blocks that never overlap and are 64-byte aligned', () => {
    const heap = makeHeap(64 * MIB);
    const random = seeded(1);
    const live = new Map<number, number>();
    for (let i = 0; i < 3000; i++) {
      if (live.size > 40 || (live.size > 0 && random() < 0.4)) {
        const [pointer] = [...live.keys()].slice(integer(random, 0, live.size - 1));
        heap.release(pointer);
        live.delete(pointer);
      } else {
        const bytes = integer(random, 1, 2 ** integer(random, 4, 19));
        const pointer = heap.allocate(bytes, 'a test');
        expect(pointer % 64).toBe(0);
        for (const [other, size] of live)
          expect(pointer + bytes <= other || other + size <= pointer).toBe(true);
        expect(pointer + bytes).toBeLessThanOrEqual(heap.statistics.heapBytes);
        live.set(pointer, bytes);
      }
    }
  });

  it('does not grow when the same sizes come again', () => {
    const heap = makeHeap(64 * MIB);
    const step = () =>
      [100, 5000, 70_000, 300_000, 5000]
        .map((bytes) => heap.allocate(bytes, 'a test'))
        .forEach((p) => heap.release(p));
    step();
    const { heapBytes } = heap.statistics;
    for (let i = 0; i < 1000; i++) step();
    expect(heap.statistics).toMatchObject({ heapBytes, usedBytes: 0 });
  });

  it('merges free blocks before it gives up', () => {
    const heap = makeHeap(8 * MIB);
    const small = Array.from({ length: 24 }, () => heap.allocate(256 * 1024, 'a test'));
    small.forEach((pointer) => heap.release(pointer));
    const large = heap.allocate(5 * MIB, 'a test');
    expect(heap.statistics.usedBytes).toBeGreaterThanOrEqual(5 * MIB);
    heap.release(large);
  });

  it('says how much was wanted, for what, and what there is, when memory runs out', () => {
    const heap = makeHeap(4 * MIB);
    heap.allocate(3 * MIB, 'the first');
    expect(() => heap.allocate(3 * MIB, 'a tensor of shape [768, 1024]')).toThrow(
      /expected room for 3145728 bytes \(a tensor of shape \[768, 1024\]\), got a heap of \d+ bytes with 3145728 in use and a limit of 4194304/,
    );
  });

  it('keeps the numbers when the memory grows, and renews its views', () => {
    const heap = makeHeap(64 * MIB);
    const pointer = heap.allocate(16, 'a test');
    heap.f32.set([1, 2, 3, 4], pointer >>> 2);
    heap.allocate(8 * MIB, 'a test');
    expect([...heap.f32.subarray(pointer >>> 2, (pointer >>> 2) + 4)]).toEqual([1, 2, 3, 4]);
  });

  it('refuses to release what it did not give out', () => {
    expect(() => makeHeap(MIB).release(4160)).toThrow('expected an allocated block, got address 4160');
  });
});
