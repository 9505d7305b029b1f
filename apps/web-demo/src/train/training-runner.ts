import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { googlenet } from '@googlenet/model';
import { ImageDataset } from '@googlenet/mnist';
import { evaluate, indexedDbStore, PauseControl, train, type EvaluationReport } from '@googlenet/training';
import { loadModel } from '../worker/model-store';
import type { MemoryReport } from '../worker/protocol';
import { loadMnist } from './mnist-data';
import { normMomentum, probeImages, toTrainConfig, validationImages, type TrainSettings } from './settings';
import type { ProbeReport, SavedModel, TrainingRequest, TrainingUpdate } from './training-protocol';

const storeName = 'googlenet-training';
/** Steps between two looks at the probe images within an epoch. */
const probeEverySteps = 25;
const shownMistakes = 10;

type Tell = (update: TrainingUpdate) => void;

/** One training run at a time, in the worker that has the engine. */
export class TrainingRunner {
  private readonly pauseControl = new PauseControl();
  private abort = new AbortController();
  private model: tfl.LayersModel | undefined;

  /**
   * Trains until the end, or until `stop()`.
   *
   * @param tell - gets every update; it is the page's
   * @throws what `train` and the download throw
   */
  async run(request: TrainingRequest, baseUrl: string, tell: Tell): Promise<void> {
    const { settings, resume } = request;
    this.abort = new AbortController();
    this.pauseControl.resume();
    const { signal } = this.abort;
    const mnist = await loadMnist(baseUrl, signal, (receivedBytes, totalBytes) =>
      tell({ type: 'data', receivedBytes, totalBytes }),
    );
    tell({ type: 'preparing' });
    const { data, validation, probe } = splitData(new ImageDataset(mnist.train), settings);
    const model = await this.begin(request);
    tell({ type: 'topology', modelTopology: model.toJSON(undefined, false) as object });
    const store = indexedDbStore(storeName);
    if (!resume) await store.clear();
    const config = toTrainConfig(settings);
    for await (const event of train({
      model,
      data,
      validation,
      config,
      store,
      resume,
      signal,
      pause: this.pauseControl,
    })) {
      tell(event);
      const due = event.type === 'epoch' || (event.type === 'step' && event.step % probeEverySteps === 0);
      if (due && !signal.aborted) {
        const report = await evaluate(model, probe, { batchSize: 100, maxMistakes: shownMistakes });
        tell({ type: 'probe', report: describeReport(report, probe, event.step) });
      }
    }
  }

  pause(): void {
    this.pauseControl.pause();
  }

  resume(): void {
    this.pauseControl.resume();
  }

  stop(): void {
    this.abort.abort('stopped by the visitor');
  }

  /** Evaluates the trained model on the 10,000 test images. */
  async test(baseUrl: string, onProgress: (done: number, size: number) => void): Promise<ProbeReport> {
    const model = this.trained();
    const { test } = await loadMnist(baseUrl, new AbortController().signal, () => undefined);
    const data = new ImageDataset(test);
    const report = await evaluate(model, data, { batchSize: 100, maxMistakes: shownMistakes, onProgress });
    return describeReport(report, data, 0);
  }

  /** The trained model, for the page to keep, to use or to download. */
  async export(): Promise<SavedModel> {
    let saved: SavedModel | undefined;
    await this.trained().save(
      tf.io.withSaveHandler((artifacts) => {
        saved = {
          modelTopology: artifacts.modelTopology as object,
          weights: {
            specs: artifacts.weightSpecs ?? [],
            data: tf.io.CompositeArrayBuffer.join(artifacts.weightData),
          },
        };
        return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } });
      }),
    );
    if (!saved) throw new Error('TrainingRunner.export(): expected artifacts, got none. Train first.');
    return saved;
  }

  /** Removes the checkpoints. */
  async forget(): Promise<void> {
    await indexedDbStore(storeName).clear();
  }

  memory(): MemoryReport {
    const { numTensors, numBytes } = tf.memory();
    return { tensors: numTensors, bytes: numBytes };
  }

  private async begin({ model: saved, settings }: TrainingRequest): Promise<tfl.LayersModel> {
    this.model?.dispose();
    this.model = saved ? await restore(saved) : build(settings);
    return this.model;
  }

  private trained(): tfl.LayersModel {
    if (!this.model) throw new Error('TrainingRunner: expected a trained model, got none. Train first.');
    return this.model;
  }
}

function build(settings: TrainSettings): tfl.LayersModel {
  const { widthMultiplier, auxiliary, seed } = settings;
  return googlenet({ widthMultiplier, auxiliary, seed, unit: { momentum: normMomentum(settings) } });
}

async function restore({ modelTopology, weights }: SavedModel): Promise<tfl.LayersModel> {
  if (!weights)
    return tfl.models.modelFromJSON(modelTopology as Parameters<typeof tfl.models.modelFromJSON>[0]);
  const weightSpecs = weights.specs as tf.io.WeightsManifestEntry[];
  return loadModel({ modelTopology, weightSpecs, weightData: weights.data });
}

function splitData(all: ImageDataset, { images, seed }: TrainSettings) {
  const [rest, validation] = all.split({ fraction: validationImages / all.size, seed, stratified: true });
  return {
    data: images < rest.size ? rest.subset(images, { seed, stratified: true }) : rest,
    validation,
    probe: validation.subset(probeImages, { seed, stratified: true }),
  };
}

function describeReport(report: EvaluationReport, data: ImageDataset, step: number): ProbeReport {
  return {
    step,
    images: report.size,
    accuracy: report.accuracy,
    loss: report.loss,
    confusionMatrix: report.confusionMatrix,
    mistakes: report.mistakes.map(({ index, label, predicted, probability }) => ({
      label,
      predicted,
      probability,
      height: data.height,
      width: data.width,
      pixels: Uint8Array.from(data.image(index)),
    })),
  };
}
