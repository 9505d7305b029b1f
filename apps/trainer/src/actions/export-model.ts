import {
  huggingFaceFiles,
  quantizeArtifacts,
  writeKeras,
  writeOnnx,
  writeSafetensors,
  writeTorch,
  type Preprocessing,
  type Quantization,
} from '@googlenet/formats';
import type { Preprocessing as PhotoPreprocessing } from '@googlenet/pretrained';
import { evaluate } from '@googlenet/training';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { basename, dirname, join, resolve } from 'node:path';
import { EXPORT_FORMATS, type ExportRequest } from '../commands/export';
import { ExitCode, UserError, messageOf } from '../errors';
import type { ModelCard } from '../model-files';
import { remark, say, sayJson, type Io } from '../io';
import { percent } from '../render/format';
import { shown } from '../run-folder';
import { loadForModel, modelDataRequest } from './model-data';
import { exportRecord } from './export-record';
import { readyModel, type ReadyModel } from './ready-model';
import { artifactsOf, tfjsFiles, writeOut, type OutFile } from './write-out';

type Format = (typeof EXPORT_FORMATS)[number];

/** What is written where `--out` does not say. */
const DEFAULT_NAMES: Readonly<Record<Format, string>> = {
  onnx: 'model.onnx',
  safetensors: 'model.safetensors',
  keras: 'model.keras',
  hf: 'hf',
  tfjs: 'tfjs',
  torch: 'model.pth',
};

/** How pixels become the input: those of photographs as the network was trained, those of this project's data sets to [0, 1]. */
function preprocessingOf(card: ModelCard | undefined): Preprocessing {
  if (card?.preprocessing === undefined) return { scale: 1 / 255 };
  const { pixels, filter } = card.preprocessing;
  const { order, ...numbers } = pixels;
  return {
    ...numbers,
    channelOrder: order === 'bgr' ? 'BGR' : 'RGB',
    resize: shorterSideOf(card.preprocessing),
    filter,
    centerCrop: true,
  };
}

/** What the shorter side of a photograph becomes before its centre is cut out. */
function shorterSideOf({ crop, size }: PhotoPreprocessing): number {
  switch (crop.kind) {
    case 'square':
      return size;
    case 'shorterSide':
      return crop.resize;
    case 'fraction':
      return Math.round(size / crop.fraction);
  }
}

/** `googlenet export`: writes a trained network for other tools. */
export async function exportModel(
  io: Io,
  run: string | undefined,
  options: ExportRequest & { readonly json: boolean },
): Promise<ExitCode> {
  const { to, quantize, json: quiet } = options;
  const format = checked(run, options);
  const note = (line: string): void => void (quiet || remark(io, line));
  const ready = await readyModel(io, { ...options, model: options.model ?? run }, note);
  try {
    const out = resolve(io.cwd, options.out ?? join(exportFolder(ready.file), defaultName(format, quantize)));
    const bytes = await writeOut(write(ready, format, options), out);
    const accuracy =
      quantize === undefined ? undefined : await accuracyOf(io, ready, quantize, options, note);
    if (quiet) sayJson(io, { format: to, out, bytes, quantize, accuracy });
    else {
      say(io, `${format}: ${shown(io.cwd, out)}, ${(bytes / 2 ** 20).toFixed(1)} MiB`);
      if (accuracy !== undefined) {
        const { whole, quantized, images } = accuracy;
        say(
          io,
          `test accuracy on ${images} images: ${percent(whole, 2)} in float32, ${percent(quantized, 2)} in ${String(quantize)} (${((quantized - whole) * 100).toFixed(2)} points)`,
        );
      }
    }
    return ExitCode.ok;
  } finally {
    ready.model.dispose();
  }
}

function checked(run: string | undefined, { to, quantize, model }: ExportRequest): Format {
  const problems: string[] = [];
  if (to === undefined)
    problems.push(`--to: expected one of ${EXPORT_FORMATS.join(', ')}, got none. Say which.`);
  if (run !== undefined && model !== undefined)
    problems.push(
      `export: expected one model, got ${JSON.stringify(run)} and --model ${JSON.stringify(model)}. Leave one out.`,
    );
  const isOfWeights = to === 'safetensors' || to === 'torch';
  if ((quantize !== undefined && to === 'keras') || (isOfWeights && quantize === 'uint8'))
    problems.push(
      `--quantize ${quantize}: expected onnx, hf or tfjs${quantize === 'float16' ? ', safetensors or torch' : ''} with it, got --to ${to}. Leave it out.`,
    );
  if (problems.length > 0 || to === undefined) throw UserError.of(problems);
  return to;
}

/** `RUN/export`, or `export` beside a model that lies in no run. */
function exportFolder(modelFile: string): string {
  const folder = dirname(modelFile);
  return join(basename(folder) === 'model' ? dirname(folder) : folder, 'export');
}

function defaultName(format: Format, quantize: Quantization | undefined): string {
  const name = DEFAULT_NAMES[format];
  return quantize === undefined || format === 'hf' ? name : name.replace(/(\.\w+)?$/, `-${quantize}$1`);
}

async function* write(
  { model, card, file }: ReadyModel,
  format: Format,
  options: ExportRequest,
): AsyncGenerator<OutFile> {
  const { quantize, layout, images, heads, batchNorm } = options;
  const classes = card?.classNames;
  const preprocessing = preprocessingOf(card);
  const dtype = quantize === 'float16' ? 'F16' : 'F32';
  switch (format) {
    case 'onnx': {
      const form = { imageLayout: images, auxiliary: heads === 'all', batchNorm };
      yield ['', await writeOnnx(model, { ...form, quantize, classes, preprocessing })];
      return;
    }
    case 'safetensors': {
      const metadata = classes && { classes: JSON.stringify(classes) };
      yield ['', await writeSafetensors(model, { layout, dtype, metadata })];
      return;
    }
    case 'torch':
      yield ['', await writeTorch(model, { dtype })];
      return;
    case 'keras':
      yield ['', await writeKeras(model)];
      return;
    case 'hf':
      yield* huggingFaceFiles(model, { classes, preprocessing, record: exportRecord(file, card?.dataset) });
      return;
    case 'tfjs':
      yield* await tfjsFiles(model, quantize);
  }
}

/** Test accuracy of the network and of its quantized form, or nothing where the test images would have to be fetched first. */
async function accuracyOf(
  io: Io,
  ready: ReadyModel,
  quantize: Quantization,
  options: ExportRequest,
  note: (line: string) => void,
): Promise<{ whole: number; quantized: number; images: number } | undefined> {
  const { model } = ready;
  const request = modelDataRequest(io, ready, options);
  if (request.source === 'download') {
    note(
      'test accuracy: not measured, since the test images are not at hand (--data-folder says where they are)',
    );
    return undefined;
  }
  try {
    const { test } = await loadForModel(ready, request, note);
    const artifacts = quantizeArtifacts(await artifactsOf(model), quantize);
    const small = await tfl.loadLayersModel(tf.io.fromMemory(artifacts));
    const measure = async (one: tfl.LayersModel) => (await evaluate(one, test, { batchSize: 100 })).accuracy;
    try {
      return { whole: await measure(model), quantized: await measure(small), images: test.size };
    } finally {
      small.dispose();
    }
  } catch (error) {
    note(`test accuracy: not measured (${messageOf(error)})`);
    return undefined;
  }
}
