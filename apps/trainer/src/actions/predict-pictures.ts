import { ImageDataset, preprocessDrawing } from '@googlenet/mnist';
import { predict, rankClasses } from '@googlenet/training';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { resolve } from 'node:path';
import type { PredictRequest } from '../commands/predict';
import { ExitCode, UserError, messageOf } from '../errors';
import { colorsFor, remark, say, sayJson, type Io } from '../io';
import { readImage } from '../png/read-image';
import { isResizedFrom, peekCard, type ModelCard } from '../model-files';
import { percent } from '../render/format';
import { plainText, shortened } from '../render/plain-text';
import { latestModel } from '../run-folder';
import { inputSize, readyModel } from './ready-model';

/** `googlenet predict`: ranks the classes for photographs or for pictures of single digits, whichever the network knows. */
export async function predictPictures(
  io: Io,
  files: readonly string[],
  { top, json: quiet, ...options }: PredictRequest & { readonly json: boolean },
): Promise<ExitCode> {
  const path = options.model === undefined ? latestModel(io.cwd) : resolve(io.cwd, options.model);
  const preprocessing = path === undefined ? undefined : peekCard(path)?.preprocessing;
  const photos =
    preprocessing && (await import('../photos/predict-photos')).readPhotos(io, files, preprocessing);
  const pictures = photos ? [] : files.map((file) => prepare(io, file));
  const { model, card } = await readyModel(io, options, (line) => void (quiet || remark(io, line)));
  try {
    const predictions = await predict(model, photos ?? digitInputs(model, card, pictures), {});
    const name = (label: number): string => card?.classNames[label] ?? String(label);
    const results = predictions.map((probabilities, i) => ({
      file: files[i] ?? '',
      classes: rankClasses(probabilities, top).map(({ label, probability }) => ({
        label,
        name: name(label),
        probability,
      })),
    }));
    if (quiet) sayJson(io, results);
    else show(io, results);
    return ExitCode.ok;
  } finally {
    model.dispose();
  }
}

/** What `preprocessDrawing` gives. */
const DIGIT_SIZE = { height: 28, width: 28 };

function digitInputs(
  model: LayersModel,
  card: ModelCard | undefined,
  digits: readonly Uint8Array[],
): Float32Array {
  const { height, width } = inputSize(model);
  const pixels = height * width;
  const pictures = isResizedFrom(card, DIGIT_SIZE) ? resized(digits, { height, width }) : digits;
  if (pictures[0]?.length !== pixels)
    throw new UserError(
      `--model: expected a model of 28x28 images, got one of ${height}x${width}. Choose another model.`,
    );
  const images = new Float32Array(pictures.length * pixels);
  pictures.forEach((picture, i) => picture.forEach((value, j) => (images[i * pixels + j] = value / 255)));
  return images;
}

function resized(
  digits: readonly Uint8Array[],
  size: { readonly height: number; readonly width: number },
): Uint8Array[] {
  const dataset = new ImageDataset({
    ...DIGIT_SIZE,
    images: Uint8Array.from(digits.flatMap((digit) => [...digit])),
    labels: new Uint8Array(digits.length),
    count: digits.length,
    numClasses: 1,
    classNames: ['digit'],
    name: 'pictures',
  }).resize(size);
  return digits.map((_, i) => dataset.image(i));
}

function prepare(io: Io, file: string): Uint8Array {
  const { data, width, height } = readImage(resolve(io.cwd, file));
  try {
    return preprocessDrawing({ data, width, height, channels: 4 }).image;
  } catch (error) {
    throw new UserError(`predict: expected a picture of a digit in ${file}, got: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

const BAR = 30;
const WIDEST_NAME = 60;

function show(
  io: Io,
  results: readonly { file: string; classes: readonly { name: string; probability: number }[] }[],
): void {
  const colors = colorsFor(io);
  const shownName = (name: string): string => shortened(plainText(name), WIDEST_NAME);
  const widest = Math.max(
    ...results.flatMap(({ classes }) => classes.map(({ name }) => shownName(name).length)),
  );
  for (const { file, classes } of results) {
    say(io, colors.bold(file));
    classes.forEach(({ name, probability }, i) => {
      const bar = '█'.repeat(Math.round(BAR * probability));
      say(
        io,
        `  ${(i === 0 ? colors.green : String)(shownName(name).padEnd(widest))}  ${percent(probability, 1).padStart(7)}  ${bar}`.trimEnd(),
      );
    });
  }
}
