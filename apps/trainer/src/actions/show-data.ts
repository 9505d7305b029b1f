import type { ImageDataset } from '@googlenet/mnist';
import type { DataCommandRequest } from '../commands/data';
import { DATASET_NAMES } from '../config/names';
import { dataName } from '../data-name';
import { ExitCode, UserError } from '../errors';
import { remark, say, sayJson, type Io } from '../io';
import { loadData } from '../load-data';
import { oneOf, problemWith } from '../options/values';
import { thousands } from '../render/format';
import { table } from '../render/table';
import { dataRequest } from './data-request';

/** `googlenet data`: fetches and checks a data set, and shows what it holds. */
export async function showData(
  io: Io,
  name: string | undefined,
  options: DataCommandRequest & { readonly json: boolean },
): Promise<ExitCode> {
  if (name !== undefined && options.dataset !== undefined && name !== options.dataset) {
    throw new UserError(
      `data: expected one data set, got ${JSON.stringify(name)} and --dataset ${JSON.stringify(options.dataset)}. Leave one out.`,
    );
  }
  const names = oneOf(DATASET_NAMES);
  const dataset = name === undefined ? options.dataset : names.parse(name);
  if (name !== undefined && dataset === undefined) throw new UserError(problemWith('--dataset', names, name));
  const request = dataRequest(io, { ...options, dataset }, 'mnist');
  const { train, test, checksums } = await loadData(request, (line) => remark(io, line));
  if (options.json) {
    const part = (set: ImageDataset): object => ({
      images: set.size,
      height: set.height,
      width: set.width,
      classCounts: set.classCounts(),
    });
    sayJson(io, {
      ...request,
      classNames: train.classNames,
      train: part(train),
      test: part(test),
      checksums,
    });
    return ExitCode.ok;
  }
  say(
    io,
    `${dataName(request)} from ${request.source}: ${thousands(train.size)} training and ${thousands(test.size)} test images of ${train.height}x${train.width}, ${train.numClasses} classes`,
  );
  say(io);
  const [trainCounts, testCounts] = [train.classCounts(), test.classCounts()];
  const rows = train.classNames.map((className, i) => [className, trainCounts[i] ?? 0, testCounts[i] ?? 0]);
  for (const line of table([['class', 'training', 'test'], ...rows])) say(io, line);
  if (Object.keys(checksums).length > 0) {
    say(io);
    for (const [file, sum] of Object.entries(checksums)) {
      say(io, file);
      say(io, `  sha256 ${sum}`);
    }
  }
  for (let i = 0; i < Math.min(options.show, train.size); i++) {
    say(io);
    say(io, `training image ${i}: ${train.classNames[train.label(i)] ?? '?'}`);
    for (const line of asText(train.image(i), train.height, train.width)) say(io, line);
  }
  return ExitCode.ok;
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
