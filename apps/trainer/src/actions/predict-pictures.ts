import type { ImageDataset } from '@googlenet/mnist';
import { outlierDistance, pooledFeatures, predict, rankClasses } from '@googlenet/training';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { resolve } from 'node:path';
import type { PredictRequest } from '../commands/predict';
import { ExitCode } from '../errors';
import { colorsFor, remark, say, sayJson, type Io } from '../io';
import { readOutlierRule } from '../outlier-file';
import { peekCard } from '../model-files';
import { percent } from '../render/format';
import { plainText, shortened } from '../render/plain-text';
import { latestModel } from '../run-folder';
import { digitDataset, readDigit } from './digit-pictures';
import { findPictures } from './find-pictures';
import { inputSize, readyModel } from './ready-model';

/** What is said of one picture, an element of `--json`. */
interface Answer {
  readonly file: string;
  /** Of pictures of digits: whether nothing is written in it; there are no classes then. */
  readonly empty?: boolean;
  /** Where `googlenet outliers` was run: whether it is unlike all that the network was trained on. */
  readonly doubtful?: boolean;
  readonly classes: readonly {
    readonly label: number;
    readonly name: string;
    readonly probability: number;
  }[];
}

/** `googlenet predict`: ranks the classes for photographs or for pictures of single digits, whichever the network knows. */
export async function predictPictures(
  io: Io,
  given: readonly string[],
  { top, json: quiet, ...options }: PredictRequest & { readonly json: boolean },
): Promise<ExitCode> {
  const path = options.model === undefined ? latestModel(io.cwd) : resolve(io.cwd, options.model);
  const preprocessing = path === undefined ? undefined : peekCard(path)?.preprocessing;
  const files = preprocessing ? findPictures(io.cwd, given) : given;
  const photos =
    preprocessing && (await import('../photos/predict-photos')).readPhotos(io, files, preprocessing);
  const drawings = photos ? [] : files.map((file) => readDigit(io, file, 'predict'));
  const {
    model,
    card,
    file: modelFile,
  } = await readyModel(io, options, (line) => void (quiet || remark(io, line)));
  try {
    const pictures = drawings.map(({ image }) => image);
    const inputs = photos ?? digitInputs(digitDataset(model, card, pictures));
    const predictions = await predict(model, inputs, {});
    const doubtful = photos ? [] : doubts(model, modelFile, inputs);
    const name = (label: number): string => card?.classNames[label] ?? String(label);
    const results = predictions.map((probabilities, i): Answer => {
      const file = files[i] ?? '';
      if (drawings[i]?.empty === true) return { file, empty: true, classes: [] };
      const classes = rankClasses(probabilities, top).map(({ label, probability }) => ({
        label,
        name: name(label),
        probability,
      }));
      const doubt = doubtful[i] === undefined ? {} : { doubtful: doubtful[i] };
      return { file, ...(photos ? {} : { empty: false }), ...doubt, classes };
    });
    if (quiet) sayJson(io, results);
    else show(io, results);
    return ExitCode.ok;
  } finally {
    model.dispose();
  }
}

/** Which pictures the network should doubt; empty where no rule lies beside the model. */
function doubts(model: tfl.LayersModel, modelFile: string, inputs: Float32Array): boolean[] {
  const rule = readOutlierRule(modelFile);
  if (rule === undefined) return [];
  const features = tf.tidy(() => {
    const { height, width } = inputSize(model);
    const images = tf.tensor(inputs, [inputs.length / (height * width), height, width, 1]);
    return (
      pooledFeatures(model, rule.layer).apply(images, { training: false }) as tf.Tensor
    ).dataSync<'float32'>();
  });
  return Array.from(outlierDistance(rule, features), (distance) => distance > rule.limit);
}

/** One after the other, values in [0, 1]. */
function digitInputs(data: ImageDataset): Float32Array {
  const area = data.height * data.width;
  const inputs = new Float32Array(data.size * area);
  for (let i = 0; i < data.size; i++)
    data.image(i).forEach((value, j) => (inputs[i * area + j] = value / 255));
  return inputs;
}

const BAR = 30;
const WIDEST_NAME = 60;

function show(io: Io, results: readonly Answer[]): void {
  const colors = colorsFor(io);
  const shownName = (name: string): string => shortened(plainText(name), WIDEST_NAME);
  const widest = Math.max(
    ...results.flatMap(({ classes }) => classes.map(({ name }) => shownName(name).length)),
  );
  for (const { file, empty, doubtful, classes } of results) {
    say(io, colors.bold(file));
    if (empty === true) say(io, '  nothing is written there');
    if (doubtful === true) say(io, '  not sure: unlike all that the network was trained on');
    classes.forEach(({ name, probability }, i) => {
      const bar = '█'.repeat(Math.round(BAR * probability));
      say(
        io,
        `  ${(i === 0 ? colors.green : String)(shownName(name).padEnd(widest))}  ${percent(probability, 1).padStart(7)}  ${bar}`.trimEnd(),
      );
    });
  }
}
