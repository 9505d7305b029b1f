import { extractFeatures, fitOutlierRule, pooledFeatures, type Features } from '@googlenet/training';
import type { ImageDataset } from '@googlenet/mnist';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { OutliersRequest } from '../commands/outliers';
import { ExitCode, UserError, messageOf } from '../errors';
import { remark, say, sayJson, type Io } from '../io';
import { outlierFile } from '../outlier-file';
import { progressBar } from '../render/progress';
import { runConfig, shown, writeJson } from '../run-folder';
import { digitDataset, readKinds } from './digit-pictures';
import { loadForModel, modelDataRequest } from './model-data';
import { readyModel } from './ready-model';

const VALIDATION_FRACTION = 0.05;
const VALIDATION_IMAGES = 1500;

/** `googlenet outliers`: learns from training images which pictures to doubt; validation images set the limit. */
export async function learnOutliers(
  io: Io,
  {
    images,
    layer,
    seed: asked,
    unlike,
    json: quiet,
    ...options
  }: OutliersRequest & { readonly json: boolean },
): Promise<ExitCode> {
  const note = (line: string): void => void (quiet || remark(io, line));
  const ready = await readyModel(io, options, note);
  const { model, card, file } = ready;
  try {
    const kinds = unlike === undefined ? undefined : readKinds(io, unlike);
    const { train } = await loadForModel(ready, modelDataRequest(io, ready, options), note);
    const config = runConfig(file);
    const seed = asked ?? config?.seed ?? 0;
    const fraction = config?.data.validationFraction || VALIDATION_FRACTION;
    const [rest, held] = train.split({ fraction, seed });
    const view = layerOf(model, layer);
    const features = async (what: string, data: ImageDataset): Promise<Features> => {
      const bar = progressBar(io, what, data.size, quiet);
      const found = await extractFeatures(view, data, {
        batchSize: 100,
        onProgress: (done) => bar.update(done),
      });
      bar.stop();
      return found;
    };
    const some = (data: ImageDataset, count: number): ImageDataset =>
      count < data.size ? data.subset(count, { seed }) : data;
    const rule = fitOutlierRule({
      layer,
      classes: train.numClasses,
      training: await features('training images', some(rest, images)),
      validation: await features('validation images', some(held, VALIDATION_IMAGES)),
      ...(kinds && {
        unlike: await features('pictures to doubt', digitDataset(model, card, kinds.images, kinds.labels)),
      }),
    });
    const path = outlierFile(file);
    writeJson(path, rule);
    if (quiet) sayJson(io, { file: path, layer, limit: rule.limit });
    else say(io, `${shown(io.cwd, path)}: pictures beyond ${rule.limit.toFixed(0)} at ${layer} are doubted`);
    return ExitCode.ok;
  } finally {
    model.dispose();
  }
}

function layerOf(model: tfl.LayersModel, layer: string): tfl.LayersModel {
  try {
    return pooledFeatures(model, layer);
  } catch (error) {
    throw new UserError(`--layer: ${messageOf(error)}`, { cause: error });
  }
}
