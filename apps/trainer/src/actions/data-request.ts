import { resolve } from 'node:path';
import { UserError } from '../errors';
import type { Io } from '../io';
import type { DataRequest } from '../load-data';
import type { ValuesOf } from '../options/option';
import type { DATA_OPTIONS } from '../options/shared';

/**
 * The data that flags ask for.
 *
 * @param fallback - the data set where no flag names one.
 * @param before - the data that the model was trained on.
 * @throws {UserError} if a folder is missing.
 */
export function dataRequest(
  io: Io,
  { dataset: named, source: from, dataFolder }: ValuesOf<typeof DATA_OPTIONS>,
  fallback: DataRequest['dataset'],
  before?: DataRequest,
): DataRequest {
  const dataset = named ?? fallback;
  const inherited = before?.dataset === dataset ? before : undefined;
  const folder = dataFolder === undefined ? inherited?.folder : resolve(io.cwd, dataFolder);
  const source =
    from ??
    (dataFolder !== undefined
      ? 'folder'
      : (inherited?.source ?? (dataset === 'mnist' ? 'package' : 'download')));
  if (source === 'folder' && folder === undefined)
    throw new UserError('--source folder: expected --data-folder PATH with it, got none. Add it.');
  return source === 'folder' ? { dataset, source, folder } : { dataset, source };
}
