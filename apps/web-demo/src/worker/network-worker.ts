import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { proxy, transfer, type ProxyMarked } from 'comlink';
import { modelCard } from '@googlenet/model';
import { mainOutput, type OutlierRule } from '@googlenet/training';
import type { TrainingRunner } from '../train/training-runner';
import { startEngine } from './engines';
import { describeFirst, lookAtFirst } from './first-convolution';
import { describeModules, inspectModule, summarizeModules } from './inspect';
import { traceMap } from './map-trace';
import {
  areClassNames,
  artifactsFromFiles,
  fetchArtifacts,
  fetchOutlierRule,
  loadModel,
  toArtifacts,
} from './model-store';
import { fitModules, readModules, type ModuleReadout, type References } from './opinions';
import { doubterOf, predictOne, toInput, type Doubter } from './predict';
import { disposeBoth, predictorOf } from './predictor';
import type { SavedModel } from '../train/training-protocol';
import type {
  EngineFailure,
  EngineName,
  EngineReport,
  ExportedFile,
  ExportFormat,
  FirstConvolution,
  FirstView,
  MapName,
  MapTrace,
  MemoryReport,
  ModelInfo,
  ModuleInfo,
  ModuleSummary,
  ModuleView,
  Opinion,
  Prediction,
  Progress,
} from './protocol';

/** What the page asks of its worker: an engine, a model on it, and answers about one picture. */
export class NetworkWorker {
  private artifacts: tf.io.ModelArtifacts | undefined;
  private name = '';
  private model: tfl.LayersModel | undefined;
  /** The same network with its batch norms folded in, for predictions; the model itself where it has auxiliary heads. */
  private predictor: tfl.LayersModel | undefined;
  private rule: OutlierRule | undefined;
  private doubter: Doubter | undefined;
  private runner: TrainingRunner | undefined;
  private references: References | undefined;
  private readouts: ModuleReadout[] | undefined;

  /** Starts an engine; a model that was loaded on the last one is built again on the new one. */
  async start(preferred?: EngineName, excluded?: EngineFailure[]): Promise<EngineReport> {
    this.dropModel();
    const report = await startEngine(preferred, excluded);
    if (this.artifacts) await this.build(this.artifacts, this.name, this.rule);
    return report;
  }

  async loadFromUrl(url: string, name: string, onProgress: (progress: Progress) => void): Promise<ModelInfo> {
    const rule = fetchOutlierRule(url);
    return this.build(await fetchArtifacts(url, onProgress), name, await rule);
  }

  async loadFromFiles(files: File[], name: string): Promise<ModelInfo> {
    return this.build(await artifactsFromFiles(files), name);
  }

  async loadSaved(saved: SavedModel, name: string): Promise<ModelInfo> {
    return this.build(toArtifacts(saved), name);
  }

  /** A saved network as the files of a format; the writers' code is loaded when the first is asked for. */
  async export(saved: SavedModel, format: ExportFormat, name: string): Promise<ExportedFile[]> {
    const { exportModel } = await import('./export-model');
    const files = await exportModel(toArtifacts(saved), format, name);
    return transfer(
      files,
      files.map(({ bytes }) => bytes.buffer),
    );
  }

  async predict(image: Uint8Array): Promise<Prediction> {
    return predictOne(this.predictor ?? this.loaded(), image, this.doubter);
  }

  async summarize(image: Uint8Array): Promise<ModuleSummary[]> {
    return this.withInput(image, (model, input) => summarizeModules(model, input));
  }

  async inspect(image: Uint8Array, module: string, target?: number): Promise<ModuleView> {
    return this.withInput(image, (model, input) => inspectModule(model, input, module, target));
  }

  /** What the network's first convolution makes of the picture. */
  async lookAtFirst(image: Uint8Array): Promise<FirstView> {
    return this.withInput(image, (model, input) => lookAtFirst(model, input));
  }

  /** What the pixels of a feature map are computed from. */
  async trace(image: Uint8Array, map: MapName): Promise<MapTrace> {
    return this.withInput(image, (model, input) => traceMap(model, input, map));
  }

  /** Pictures with known classes, by which {@link opinions} reads the modules; 784 bytes each. */
  setReferences(references: References): void {
    this.references = references;
    this.readouts = undefined;
  }

  /** What each module's features, and each auxiliary head, take the picture for. */
  async opinions(image: Uint8Array): Promise<Opinion[]> {
    const model = this.loaded();
    if (!this.references)
      throw new Error('NetworkWorker.opinions(): expected references, got none. Set them first.');
    this.readouts ??= await fitModules(model, this.references);
    return this.withInput(image, (_, input) => readModules(model, input, this.readouts ?? []));
  }

  /** The loaded model as it was saved, to train it further. */
  savedModel(): SavedModel {
    if (!this.artifacts)
      throw new Error('NetworkWorker.savedModel(): expected a loaded model, got none. Load one first.');
    const {
      modelTopology,
      userDefinedMetadata,
      weightSpecs = [],
      weightData = new ArrayBuffer(0),
    } = this.artifacts;
    return {
      modelTopology: modelTopology as object,
      ...(userDefinedMetadata && { metadata: userDefinedMetadata }),
      weights: { specs: weightSpecs, data: tf.io.CompositeArrayBuffer.join(weightData) },
    };
  }

  /** Training, on the engine of this worker; its code is loaded when it is first asked for. */
  async training(): Promise<TrainingRunner & ProxyMarked> {
    const { TrainingRunner } = await import('../train/training-runner');
    this.runner ??= new TrainingRunner();
    return proxy(this.runner);
  }

  memory(): MemoryReport {
    const { numTensors, numBytes } = tf.memory();
    return { tensors: numTensors, bytes: numBytes };
  }

  private async build(artifacts: tf.io.ModelArtifacts, name: string, rule?: OutlierRule): Promise<ModelInfo> {
    const model = await loadModel(artifacts);
    let modules: ModuleInfo[];
    let first: FirstConvolution | undefined;
    let predictor = model;
    let doubter: Doubter | undefined;
    try {
      modules = describeModules(model);
      first = describeFirst(model);
      predictor = predictorOf(model);
      doubter = rule && doubterOf(predictor, rule);
      await predictOne(predictor, new Uint8Array(784), doubter);
    } catch (error) {
      disposeBoth(model, predictor);
      throw error;
    }
    this.dropModel();
    this.artifacts = artifacts;
    this.name = name;
    this.model = model;
    this.predictor = predictor;
    this.rule = rule;
    this.doubter = doubter;
    const classes = model.outputs[mainOutput(model)]?.shape[1] ?? 10;
    return {
      name,
      parameters: model.countParams(),
      classNames: classNamesOf(artifacts, classes),
      ...(first && { first }),
      modules,
      auxiliary: model.outputNames.filter((_, i) => i !== mainOutput(model)),
    };
  }

  private async withInput<T>(
    image: Uint8Array,
    use: (model: tfl.LayersModel, input: tf.Tensor4D) => Promise<T>,
  ): Promise<T> {
    const input = toInput(image);
    try {
      return await use(this.loaded(), input);
    } finally {
      input.dispose();
    }
  }

  private loaded(): tfl.LayersModel {
    if (!this.model) throw new Error('NetworkWorker: expected a loaded model, got none. Load one first.');
    return this.model;
  }

  private dropModel(): void {
    disposeBoth(this.model, this.predictor);
    this.predictor = undefined;
    this.doubter = undefined;
    this.model = undefined;
    this.readouts = undefined;
  }
}

/** The names that the trainer wrote into the file, else the numbers of the classes. */
function classNamesOf(artifacts: tf.io.ModelArtifacts, classes: number): string[] {
  const names: unknown = modelCard(artifacts)?.classNames;
  return areClassNames(names, classes) ? names : Array.from({ length: classes }, (_, i) => String(i));
}
