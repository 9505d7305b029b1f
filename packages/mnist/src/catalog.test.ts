import { catalog, FILE_ROLES } from './catalog';

describe.each(catalog.map((entry) => [entry.name, entry] as const))('the sources of %s', (_, entry) => {
  it('are asked over https first, and none of the files comes without its sha256', () => {
    const secure = entry.mirrors.map((url) => url.startsWith('https://'));
    expect(secure).toEqual([...secure].sort((a, b) => Number(b) - Number(a)));
    expect(secure[0]).toBe(true);
    const sums =
      entry.archive === undefined
        ? FILE_ROLES.map((role) => entry.packedSha256?.[role])
        : [entry.archive.sha256];
    for (const sum of sums) expect(sum).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set(sums).size).toBe(sums.length);
  });
});
