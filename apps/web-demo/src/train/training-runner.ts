import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { googlenet } from '@googlenet/model';
import { ImageDataset } from '@googlenet/mnist';
import { evaluate, indexedDbStore, PauseControl, train, type EvaluationReport } from '@googlenet/training';
import { loadModel, toArtifacts } from '../worker/model-store';
import type { MemoryReport } from '../worker/protocol';
import { loadMnist } from './mnist-data';
import { normMomentum, PROBE_IMAGES, toTrainConfig, VALIDATION_IMAGES, type TrainSettings } from './settings';
import type { ProbeReport, SavedModel, TrainingRequest, TrainingUpdate } from './training-protocol';

/** Steps between two looks at the probe images within an epoch. */
const PROBE_EVERY_STEPS = 25;
const SHOWN_MISTAKES = 10;
const classNames = Array.from({ length: 10 }, (_, digit) => String(digit));

type Tell = (update: TrainingUpdate) => void | Promise<void>;

/** One training run at a time, in the worker that has the engine. */
export class TrainingRunner {
  private readonly pauseControl = new PauseControl();
  private abort = new AbortController();
  private model: tfl.LayersModel | undefined;

  /**
   * Trains until the end, or until `stop()`.
   *
   * @param tell - gets every update; it is the page's. The run waits until it has taken a network, so that none is lost.
   * @throws what `train` and the download throw
   */
  async run(request: TrainingRequest, baseUrl: string, tell: Tell): Promise<void> {
    const { settings, resume, checkpoints } = request;
    this.abort = new AbortController();
    this.pauseControl.resume();
    const { signal } = this.abort;
    const mnist = await loadMnist(
      baseUrl,
      signal,
      (receivedBytes, totalBytes) => void tell({ type: 'data', receivedBytes, totalBytes }),
    );
    void tell({ type: 'preparing' });
    const { data, validation, probe } = splitData(new ImageDataset(mnist.train), settings);
    const model = await this.begin(request);
    await tell({
      type: 'topology',
      modelTopology: model.toJSON(undefined, false) as object,
      parameters: model.countParams(),
    });
    const store = checkpoints === undefined ? undefined : indexedDbStore(checkpoints);
    const config = toTrainConfig(settings);
    for await (const event of train({
      model,
      data,
      validation,
      config,
      ...(store && { store }),
      resume,
      signal,
      pause: this.pauseControl,
    })) {
      if (event.type === 'paused' || event.type === 'aborted' || event.type === 'done')
        await tell({ type: 'network', network: await saveNetwork(model) });
      void tell(event);
      const due = event.type === 'epoch' || (event.type === 'step' && event.step % PROBE_EVERY_STEPS === 0);
      if (due && !signal.aborted) {
        const report = await evaluate(model, probe, { batchSize: 100, maxMistakes: SHOWN_MISTAKES });
        void tell({ type: 'probe', report: describeReport(report, probe, event.step) });
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

  /** Evaluates a network on the 10,000 test images. */
  async test(
    network: SavedModel,
    baseUrl: string,
    onProgress: (done: number, size: number) => void,
  ): Promise<ProbeReport> {
    const { test } = await loadMnist(baseUrl, new AbortController().signal, () => undefined);
    const data = new ImageDataset(test);
    const model = await restore(network);
    try {
      const report = await evaluate(model, data, { batchSize: 100, maxMistakes: SHOWN_MISTAKES, onProgress });
      return describeReport(report, data, 0);
    } finally {
      model.dispose();
    }
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
}

function build(settings: TrainSettings): tfl.LayersModel {
  const { widthMultiplier, auxiliary, seed } = settings;
  return googlenet({ widthMultiplier, auxiliary, seed, unit: { momentum: normMomentum(settings) } });
}

async function restore(saved: SavedModel): Promise<tfl.LayersModel> {
  const { modelTopology, weights } = saved;
  if (!weights)
    return tfl.models.modelFromJSON(modelTopology as Parameters<typeof tfl.models.modelFromJSON>[0]);
  return loadModel(toArtifacts(saved));
}

async function saveNetwork(model: tfl.LayersModel): Promise<SavedModel> {
  let saved: SavedModel | undefined;
  await model.save(
    tf.io.withSaveHandler((artifacts) => {
      saved = {
        modelTopology: artifacts.modelTopology as object,
        metadata: { googlenet: { dataset: 'mnist', classNames, normalize: 'unit' } },
        weights: {
          specs: artifacts.weightSpecs ?? [],
          data: tf.io.CompositeArrayBuffer.join(artifacts.weightData),
        },
      };
      return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } });
    }),
  );
  if (!saved) throw new Error('saveNetwork(): expected artifacts, got none. Report this as a fault.');
  return saved;
}

function splitData(all: ImageDataset, { images, seed }: TrainSettings) {
  const [rest, validation] = all.split({ fraction: VALIDATION_IMAGES / all.size, seed, stratified: true });
  return {
    data: images < rest.size ? rest.subset(images, { seed, stratified: true }) : rest,
    validation,
    probe: validation.subset(PROBE_IMAGES, { seed, stratified: true }),
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
