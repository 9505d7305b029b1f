import type { PhotoDataset, Photos } from '@googlenet/images/node';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../errors';
import { writeJson, type RunFolder } from '../run-folder';

const FILE = 'pictures.json';

/** Writes down which picture went where, so that a person can look and a resumed run can compare. */
export function writePictures(run: RunFolder, pictures: Photos): void {
  const { classNames, skipped, ignored, train, validation, test } = pictures;
  writeJson(join(run.path, FILE), {
    classNames,
    fingerprint: fingerprint(pictures),
    skipped,
    ignored,
    train: filesOf(train),
    validation: filesOf(validation),
    test: filesOf(test),
  });
}

/** @throws {UserError} if a run goes on whose folder has other pictures by now. */
export function checkSamePictures(run: RunFolder, pictures: Photos): void {
  const path = join(run.path, FILE);
  if (!existsSync(path)) return;
  const before = JSON.parse(readFileSync(path, 'utf8')) as { fingerprint?: unknown };
  if (before.fingerprint === fingerprint(pictures)) return;
  throw new UserError(
    `--resume: expected the pictures that the run began with (${path}), got others. Put them back, or start another run.`,
  );
}

function fingerprint({ train, validation, test }: Photos): string {
  return [train, validation, test].map((part) => part?.fingerprint() ?? 'none').join(' ');
}

function filesOf(data: PhotoDataset | undefined): string[] {
  return Array.from({ length: data?.size ?? 0 }, (_, i) => data?.file(i) ?? '');
}
