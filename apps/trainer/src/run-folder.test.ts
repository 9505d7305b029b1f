import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeNewRunFolder } from './run-folder';

it('gives runs that begin in the same second folders of their own', () => {
  const cwd = mkdtempSync(join(tmpdir(), 'googlenet-run-folder-'));
  try {
    const now = new Date('2026-01-31T09:30:00Z');
    const folders = [1, 2, 3].map(() => makeNewRunFolder(cwd, 'quick', now));
    expect(folders).toEqual(
      ['', '-2', '-3'].map((end) => join(cwd, 'runs', `2026-01-31-093000-quick${end}`)),
    );
    expect(folders.every((folder) => existsSync(folder))).toBe(true);
  } finally {
    rmSync(cwd, { recursive: true });
  }
});
