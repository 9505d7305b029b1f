import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pretrained } from './index';

describe('pretrained', () => {
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'pretrained-'))));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('reads neither a folder nor a device nor a file that is far too large', async () => {
    await expect(pretrained({ file: folder })).rejects.toThrow(
      /expected a plain file of at most 1 GB, got a folder/,
    );
    if (process.platform !== 'win32')
      await expect(pretrained({ file: '/dev/zero' })).rejects.toThrow(
        /got a pipe or a device at \/dev\/zero/,
      );
    const large = join(folder, 'large.h5');
    writeFileSync(large, '');
    truncateSync(large, 1e12);
    await expect(pretrained({ file: large })).rejects.toThrow(/got 1000000000000 bytes/);
  });
});
