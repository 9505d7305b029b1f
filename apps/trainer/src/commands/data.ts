import type { ImageDataset } from '@googlenet/mnist';
import { resolve } from 'node:path';
import type { Options } from '../cli';
import { DATASET_NAMES, SOURCE_NAMES } from '../config/schema';
import { loadData, type DataRequest } from '../data';
import { ExitCode, UserError } from '../errors';
import { say, type Io } from '../io';
import { oneOf, text, wholeNumber } from '../options';
import { thousands } from '../render/format';
import { table } from '../render/table';

/** `googlenet data`: fetches and checks a data set, and shows what it holds. */
export async function data(io: Io, name: string | undefined, options: Options): Promise<ExitCode> {
  const show = wholeNumber(options, 'show', 0) ?? 0;
  if (name !== undefined && options.dataset !== undefined && name !== options.dataset) {
    throw new UserError(
      `data: expected one data set, got ${JSON.stringify(name)} and --dataset ${JSON.stringify(options.dataset)}. Leave one out.`,
    );
  }
  const request = dataRequest(io, name === undefined ? options : { ...options, dataset: name }, 'mnist');
  const { train, test, checksums } = await loadData(request, (line) => io.stderr.write(`${line}\n`));
  if (options.json === true) {
    const part = (set: ImageDataset): object => ({
      images: set.size,
      height: set.height,
      width: set.width,
      classCounts: set.classCounts(),
    });
    say(
      io,
      JSON.stringify({
        ...request,
        classNames: train.classNames,
        train: part(train),
        test: part(test),
        checksums,
      }),
    );
    return ExitCode.ok;
  }
  say(
    io,
    `${request.dataset} from ${request.source}: ${thousands(train.size)} training and ${thousands(test.size)} test images of ${train.height}x${train.width}, ${train.numClasses} classes`,
  );
  say(io);
  const [trainCounts, testCounts] = [train.classCounts(), test.classCounts()];
  const rows = train.classNames.map((className, i) => [className, trainCounts[i] ?? 0, testCounts[i] ?? 0]);
  for (const line of table([['class', 'training', 'test'], ...rows])) say(io, line);
  if (Object.keys(checksums).length > 0) {
    say(io);
    for (const [file, sum] of Object.entries(checksums)) say(io, `sha256 ${sum}  ${file}`);
  }
  for (let i = 0; i < Math.min(show, train.size); i++) {
    say(io);
    say(io, `training image ${i}: ${train.classNames[train.label(i)] ?? '?'}`);
    for (const line of asText(train.image(i), train.height, train.width)) say(io, line);
  }
  return ExitCode.ok;
}

/**
 * The data that flags ask for.
 *
 * @param fallback - the data set where no flag names one.
 * @throws {UserError} if a name is unknown, or a folder is missing.
 */
export function dataRequest(
  io: Io,
  options: Options,
  fallback: DataRequest['dataset'],
  before?: DataRequest,
): DataRequest {
  const dataset = oneOf(options, 'dataset', DATASET_NAMES) ?? fallback;
  const given = text(options, 'dataFolder');
  const inherited = before?.dataset === dataset ? before : undefined;
  const folder = given === undefined ? inherited?.folder : resolve(io.cwd, given);
  const source =
    oneOf(options, 'source', SOURCE_NAMES) ??
    (given !== undefined ? 'folder' : (inherited?.source ?? (dataset === 'mnist' ? 'package' : 'download')));
  if (source === 'folder' && folder === undefined)
    throw new UserError('--source folder: expected --data-folder PATH with it, got none. Add it.');
  return source === 'folder' ? { dataset, source, folder } : { dataset, source };
}

/** Two pixel rows a line, five shades. */
export function asText(pixels: Uint8Array, height: number, width: number): string[] {
  const shades = ' .:+#';
  const lines: string[] = [];
  for (let y = 0; y < height; y += 2) {
    let line = '';
    for (let x = 0; x < width; x++) {
      const ink = Math.max(
        pixels[y * width + x] ?? 0,
        y + 1 < height ? (pixels[(y + 1) * width + x] ?? 0) : 0,
      );
      line += shades[Math.min(shades.length - 1, Math.floor((ink * shades.length) / 256))] ?? ' ';
    }
    lines.push(line.trimEnd());
  }
  return lines;
}
