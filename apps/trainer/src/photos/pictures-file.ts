import type { MpiCollective } from '@googlenet/collective-mpi';
import type { PhotoDataset, Photos } from '@googlenet/images/node';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../errors';
import { writeJson, type RunFolder } from '../run-folder';
import { gatherAll } from '../train/ranks';

const FILE = 'pictures.json';

/**
 * Writes down which picture went where, so that a person can look and a resumed run can compare.
 *
 * @throws {UserError} if a run goes on whose folder has other pictures by now.
 */
export function keepPictures(run: RunFolder, pictures: Photos): void {
  const path = join(run.path, FILE);
  checkSameAsBefore(path, pictures);
  const { classNames, skipped, ignored, train, validation, test } = pictures;
  writeJson(path, {
    classNames,
    fingerprint: fingerprint(pictures),
    skipped,
    ignored,
    train: filesOf(train),
    validation: filesOf(validation),
    test: filesOf(test),
  });
}

function checkSameAsBefore(path: string, pictures: Photos): void {
  if (!existsSync(path)) return;
  const before = JSON.parse(readFileSync(path, 'utf8')) as { fingerprint?: unknown };
  if (before.fingerprint === fingerprint(pictures)) return;
  throw new UserError(
    `--resume: expected the pictures that the run began with (${path}), got others. Put them back, or start another run.`,
  );
}

/** @throws {UserError} on all processes that train together if one of them has other pictures than rank 0. */
export async function checkSameOnAll(mpi: MpiCollective, pictures: Photos): Promise<void> {
  const [first, ...others] = await gatherAll(mpi, fingerprint(pictures));
  const other = others.findIndex((one) => one !== first) + 1;
  if (other === 0) return;
  throw new UserError(
    `--data: expected the same pictures on all machines, got others on rank ${other} than on rank 0. Copy the folder, or share it.`,
  );
}

function fingerprint({ train, validation, test }: Photos): string {
  return [train, validation, test].map((part) => part?.fingerprint() ?? 'none').join(' ');
}

function filesOf(data: PhotoDataset | undefined): string[] {
  return Array.from({ length: data?.size ?? 0 }, (_, i) => data?.file(i) ?? '');
}
