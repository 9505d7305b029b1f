import { AnotherTabError, asOnlyTab } from './training-lock';

/** Locks as `navigator.locks` has them, as far as they are asked for here. */
function fakeLocks(): LockManager {
  const held = new Set<string>();
  return {
    async request(name: string, _: LockOptions, callback: LockGrantedCallback<unknown>) {
      if (held.has(name)) return callback(null);
      held.add(name);
      try {
        return await callback({ name, mode: 'exclusive' });
      } finally {
        held.delete(name);
      }
    },
    query: () => Promise.resolve({ held: [...held].map((name) => ({ name })) }),
  } as unknown as LockManager;
}

describe('asOnlyTab', () => {
  it('refuses a second task while one is on, with a sentence for the visitor, and lets one in afterwards', async () => {
    const locks = fakeLocks();
    let end = () => {};
    const first = asOnlyTab(() => new Promise<void>((resolve) => (end = resolve)), locks);
    await expect(asOnlyTab(() => Promise.resolve('second'), locks)).rejects.toThrow(AnotherTabError);
    await expect(asOnlyTab(() => Promise.resolve('second'), locks)).rejects.toThrow(
      'Another tab of this page is training.',
    );
    end();
    await first;
    expect(await asOnlyTab(() => Promise.resolve('third'), locks)).toBe('third');
  });

  it('has no guard where the browser has none', async () => {
    expect(await asOnlyTab(() => Promise.resolve(1), undefined)).toBe(1);
  });
});
