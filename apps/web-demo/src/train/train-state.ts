import { signal } from '@preact/signals';
import { proxy, type Remote } from 'comlink';
import { engine, messageOf, model as loadedModel, network, useSavedModel } from '../state/network';
import { createNetworkWorker } from '../worker/client';
import type { EngineName, MemoryReport } from '../worker/protocol';
import { addStep, emptyHistory, rewind, type History } from './history';
import { forgetRun, keepRun, readRun, type KeptRun } from './kept-run';
import { readSettings, type TrainSettings } from './settings';
import type { TrainingRunner } from './training-runner';
import type { ProbeReport, SavedModel, TrainingUpdate } from './training-protocol';

export type RunPhase =
  | 'idle'
  | 'starting'
  | 'downloading'
  | 'preparing'
  | 'running'
  | 'evaluating'
  | 'pausing'
  | 'paused'
  | 'stopping'
  | 'stopped'
  | 'done'
  | 'failed';

export interface RunProgress {
  step: number;
  totalSteps: number;
  epoch: number;
  epochs: number;
  loss: number;
  accuracy: number;
  learningRate: number;
  imagesPerSecond: number;
  images: number;
}

export const settings = signal<TrainSettings>(readSettings(readRun()?.settings));
export const phase = signal<RunPhase>('idle');
export const failure = signal<string | undefined>(undefined);
export const download = signal<{ receivedBytes: number; totalBytes: number } | undefined>(undefined);
export const progress = signal<RunProgress | undefined>(undefined);
export const history = signal<History>(emptyHistory());
export const probe = signal<ProbeReport | undefined>(undefined);
export const testReport = signal<ProbeReport | { done: number; size: number } | undefined>(undefined);
/** A run of an earlier visit that can go on. */
export const keptRun = signal<KeptRun | undefined>(readRun());
/** True once there is a trained network to use or to download. */
export const hasTrained = signal(false);

const resting: readonly RunPhase[] = ['idle', 'stopped', 'done', 'failed'];
export const isResting = () => resting.includes(phase.value);

let runner: Remote<TrainingRunner> | undefined;
let runnerWorker: { engine: EngineName | undefined; terminate: () => void } | undefined;
let topology: object | undefined;

/** Begins a run, or goes on with the kept one. Resolves when it has ended, in whatever way. */
export async function startRun(resume: boolean): Promise<void> {
  if (!isResting()) return;
  const kept = keptRun.value;
  if (resume && kept) settings.value = kept.settings;
  failure.value = undefined;
  progress.value = undefined;
  probe.value = undefined;
  testReport.value = undefined;
  history.value = resume && kept ? kept.history : emptyHistory();
  phase.value = 'starting';
  try {
    runner = await startRunner();
    const request = { settings: settings.value, resume, model: await beginning(resume) };
    await runner.run(request, document.baseURI, proxy(onUpdate));
    if (!isResting()) phase.value = 'stopped';
  } catch (error) {
    failure.value = messageOf(error);
    phase.value = 'failed';
  }
}

export function pauseRun(): void {
  phase.value = 'pausing';
  void runner?.pause();
}

export function resumeRun(): void {
  phase.value = 'running';
  void runner?.resume();
}

export function stopRun(): void {
  phase.value = 'stopping';
  void runner?.stop();
}

export async function evaluateOnTest(): Promise<void> {
  if (!runner) return;
  testReport.value = { done: 0, size: 10_000 };
  try {
    testReport.value = await runner.test(
      document.baseURI,
      proxy((done: number, size: number) => {
        testReport.value = { done, size };
      }),
    );
  } catch (error) {
    testReport.value = undefined;
    failure.value = messageOf(error);
  }
}

/** The network that was trained. */
export async function trainedModel(): Promise<SavedModel | undefined> {
  return runner?.export();
}

/** Makes the trained network the one that reads the drawing. */
export async function useTrained(): Promise<void> {
  const trained = await trainedModel();
  if (trained) await useSavedModel(trained, 'trained here');
}

/** What the training worker's engine holds; nothing where none has been started. */
export async function trainingMemory(): Promise<MemoryReport | undefined> {
  return runner?.memory();
}

export async function discardKept(): Promise<void> {
  forgetRun();
  keptRun.value = undefined;
  await runner?.forget();
}

/** The training worker, on the engine that the page uses; a worker on another engine is ended first. */
async function startRunner(): Promise<Remote<TrainingRunner>> {
  const wanted = engine.value.phase === 'ready' ? engine.value.report.engine : undefined;
  if (runner && runnerWorker?.engine === wanted) return runner;
  runnerWorker?.terminate();
  runner = undefined;
  hasTrained.value = false;
  const { remote, broken, terminate } = createNetworkWorker();
  runnerWorker = { engine: wanted, terminate };
  await Promise.race([remote.start(wanted), broken]);
  return remote.training();
}

async function beginning(resume: boolean): Promise<SavedModel | undefined> {
  if (resume) return keptRun.value?.modelTopology && { modelTopology: keptRun.value.modelTopology };
  return settings.value.start === 'loaded' && loadedModel.value.phase === 'ready'
    ? network.savedModel()
    : undefined;
}

function onUpdate(update: TrainingUpdate): void {
  switch (update.type) {
    case 'data':
      phase.value = 'downloading';
      download.value = update;
      break;
    case 'preparing':
      phase.value = 'preparing';
      break;
    case 'topology':
      topology = update.modelTopology;
      break;
    case 'start':
      hasTrained.value = true;
      rewind(history.value, update.step);
      history.value = { ...history.value };
      phase.value = 'running';
      break;
    case 'step':
      addStep(history.value, update.step, update.crossEntropy, update.accuracy);
      history.value = { ...history.value };
      progress.value = { ...update, epochs: settings.value.epochs };
      if (phase.value === 'evaluating') phase.value = 'running';
      break;
    case 'evaluating':
      if (phase.value === 'running') phase.value = 'evaluating';
      break;
    case 'epoch': {
      const { validation, step } = update;
      if (validation)
        history.value.validation.push({ step, loss: validation.loss, accuracy: validation.accuracy });
      history.value = { ...history.value };
      break;
    }
    case 'probe':
      probe.value = update.report;
      break;
    case 'checkpoint':
      keep(update.step);
      break;
    case 'paused':
      phase.value = 'paused';
      break;
    case 'resumed':
      phase.value = 'running';
      break;
    case 'done':
      phase.value = 'done';
      forgetRun();
      keptRun.value = undefined;
      break;
  }
}

function keep(step: number): void {
  if (!topology) return;
  keptRun.value = {
    settings: settings.value,
    modelTopology: topology,
    history: history.value,
    step,
    totalSteps: progress.value?.totalSteps ?? 0,
  };
  keepRun(keptRun.value);
}
