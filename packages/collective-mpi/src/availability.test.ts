import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAvailable, openMpi } from './index';

const load = async (addon: string) => {
  jest.resetModules();
  process.env.GOOGLENET_MPI_ADDON = addon;
  return import('./index');
};

describe('a machine without MPI', () => {
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'mpi-'))));
  afterAll(() => {
    rmSync(folder, { recursive: true });
    delete process.env.GOOGLENET_MPI_ADDON;
  });

  it('says in one line that nothing is built, and how to build it', async () => {
    const { isAvailable: probe, openMpi: open } = await load(join(folder, 'none.node'));
    const { available, reason, hint } = probe();
    expect({ available, reason }).toEqual({
      available: false,
      reason: `no add-on is built at ${join(folder, 'none.node')}`,
    });
    expect(hint).toContain('apt install g++ libopenmpi-dev');
    expect(() => open()).toThrow(`mpi: expected an MPI that works here, got: ${reason}. ${hint}`);
  });

  it('says in one line what is wrong with an add-on that does not load', async () => {
    const broken = join(folder, 'broken.node');
    writeFileSync(broken, 'not a library');
    const { available, reason, hint } = (await load(broken)).isAvailable();
    expect(available).toBe(false);
    expect(reason).toMatch(/^[^\n]*broken\.node[^\n]*$/);
    expect(hint).toContain('npx googlenet-mpi-build');
  });
});

it('names every option that is out of range before it starts anything', () => {
  expect(() => openMpi({ limitSeconds: -1 })).toThrow(
    'openMpi(limitSeconds): expected seconds from 0, got -1. Use 0 to wait for ever.',
  );
  expect(() => openMpi({ limitExitCode: 0 })).toThrow(
    'openMpi(limitExitCode): expected an integer from 1 to 255, got 0. Leave it out for 75.',
  );
  expect(typeof isAvailable().available).toBe('boolean');
});
