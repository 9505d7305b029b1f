import { TimeLeft } from '@googlenet-tooling/shared/time-left';
import { signal } from '@preact/signals';
import { proxy, type Remote } from 'comlink';
import { engine, messageOf, model as loadedModel, network } from '../state/network';
import { ENGINE_LABELS } from '../ui/engine-picker';
import { createNetworkWorker } from '../worker/client';
import type { EngineName, EngineReport, MemoryReport } from '../worker/protocol';
import { addStep, emptyHistory, rewind, type History } from './history';
import { freeName, newRecord, type RunRecord } from './run-record';
import { keepNetwork, networkOf, runs, runsChanged, runStore } from './runs-state';
import { DEFAULT_SETTINGS, nameOf, type TrainSettings } from './settings';
import { AnotherTabError, asOnlyTab } from './training-lock';
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
  secondsLeft: number | undefined;
}

/** What the visitor has chosen for the next run. */
export const settings = signal<TrainSettings>(DEFAULT_SETTINGS);
export const phase = signal<RunPhase>('idle');
export const failure = signal<string | undefined>(undefined);
export const download = signal<{ receivedBytes: number; totalBytes: number } | undefined>(undefined);
export const progress = signal<RunProgress | undefined>(undefined);
export const history = signal<History>(emptyHistory());
export const probe = signal<ProbeReport | undefined>(undefined);
/** The run that is on, or was the last to be on. */
export const current = signal<RunRecord | undefined>(undefined);
/** What a visitor should know of the run's engine or of what it goes on from, one sentence each. */
export const remarks = signal<readonly string[]>([]);
/** The run that is tested on the test images, and how far that is. */
export const testing = signal<{ id: string; done: number; size: number } | undefined>(undefined);
/** The engine of the training worker. */
export const trainingEngine = signal<EngineName | undefined>(undefined);

const RESTING: readonly RunPhase[] = ['idle', 'stopped', 'done', 'failed'];
export const isResting = () => RESTING.includes(phase.value);
/** Whether this run is the one that is on. */
export const isOn = (run: RunRecord) => !isResting() && current.value?.id === run.id;

let runner: Remote<TrainingRunner> | undefined;
let runnerWorker: { wanted: EngineName | undefined; terminate: () => void } | undefined;
let timeLeft = new TimeLeft();

/** Begins a run with the chosen settings. Resolves when it has ended, in whatever way. */
export async function startRun(chosen: TrainSettings = settings.value, wantedName?: string): Promise<void> {
  const taken = (runs.value ?? []).map(({ name }) => name);
  const from =
    chosen.start === 'loaded' && loadedModel.value.phase === 'ready' ? loadedModel.value.info : undefined;
  const name = wantedName ?? (from ? `${from.name}, trained on` : nameOf(chosen));
  const facts = { id: newId(), name: freeName(name, taken), createdAt: new Date().toISOString() };
  await begin(newRecord(structuredClone(chosen), {}, facts), false, from && (() => network.savedModel()));
}

/** Goes on with a kept run from its newest checkpoint. */
export async function goOnWith(run: RunRecord): Promise<void> {
  await begin(run, true, () => Promise.resolve({ modelTopology: run.modelTopology }));
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

/** Evaluates a run's network on the 10,000 test images, and keeps the result with the run. */
export async function testRun(run: RunRecord): Promise<void> {
  if (testing.value) return;
  testing.value = { id: run.id, done: 0, size: 10_000 };
  try {
    const tester = await startRunner();
    const onProgress = proxy((done: number, size: number) => {
      testing.value = { id: run.id, done, size };
    });
    const { accuracy, loss } = await tester.test(await networkOf(run), document.baseURI, onProgress);
    await keep(run.id, { test: { accuracy, loss } });
  } finally {
    testing.value = undefined;
  }
}

/** What the training worker's engine holds; nothing where none has been started. */
export async function trainingMemory(): Promise<MemoryReport | undefined> {
  return runner?.memory();
}

async function begin(
  run: RunRecord,
  resume: boolean,
  network: (() => Promise<SavedModel>) | undefined,
): Promise<void> {
  if (!isResting() || testing.value) return;
  const before = phase.value;
  phase.value = 'starting';
  failure.value = undefined;
  try {
    await asOnlyTab(() => trainAs(run, resume, network));
    if (!isResting()) phase.value = 'stopped';
  } catch (error) {
    failure.value = messageOf(error);
    phase.value = error instanceof AnotherTabError ? before : 'failed';
  }
  await runsChanged();
}

async function trainAs(
  run: RunRecord,
  resume: boolean,
  network: (() => Promise<SavedModel>) | undefined,
): Promise<void> {
  progress.value = undefined;
  probe.value = undefined;
  remarks.value = [];
  timeLeft = new TimeLeft();
  current.value = run;
  history.value = structuredClone(run.history);
  const { lasting } = await runStore();
  const trainer = await startRunner();
  const checkpoints = lasting ? { checkpoints: run.checkpoints } : {};
  const model = await network?.();
  const request = { settings: run.settings, resume, ...checkpoints, ...(model && { model }) };
  await trainer.run(request, document.baseURI, proxy(onUpdate));
}

/** The training worker, on the engine that the page uses; a resting worker on another engine is ended first. */
async function startRunner(): Promise<Remote<TrainingRunner>> {
  const wanted = engine.value.phase === 'ready' ? engine.value.report.engine : undefined;
  if (runner && (phase.value === 'paused' || runnerWorker?.wanted === wanted)) return runner;
  runnerWorker?.terminate();
  runner = undefined;
  const { remote, broken, terminate } = createNetworkWorker();
  runnerWorker = { wanted, terminate };
  const report = await Promise.race([remote.start(wanted), broken]);
  trainingEngine.value = report.engine;
  if (wanted && report.engine !== wanted) remark(leftEngine(wanted, report));
  runner = await remote.training();
  return runner;
}

function leftEngine(wanted: EngineName, { engine: taken, failures }: EngineReport): string {
  const reason = failures.find((failure) => failure.engine === wanted)?.reason ?? 'it did not start';
  return `Training on ${ENGINE_LABELS[taken]}: ${ENGINE_LABELS[wanted]} cannot be used for it (${reason}).`;
}

/** Unlike `randomUUID`, this works on pages that came over plain HTTP. */
function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}

function remark(sentence: string): void {
  remarks.value = [...remarks.value, sentence];
}

/** Changes what is kept of the run that is on. */
async function keep(id: string, change: Partial<RunRecord>): Promise<void> {
  if (current.value?.id === id) current.value = { ...current.value, ...change };
  await (await runStore()).update(id, change);
  await runsChanged();
}

async function onUpdate(update: TrainingUpdate): Promise<void> {
  const run = current.value;
  if (!run) return;
  switch (update.type) {
    case 'data':
      phase.value = 'downloading';
      download.value = update;
      break;
    case 'preparing':
      phase.value = 'preparing';
      break;
    case 'topology':
      await begun(run, update);
      break;
    case 'start':
      if (run.step > 0 && !update.resumed)
        remark('Its checkpoints are no longer in this browser: it begins anew.');
      rewind(history.value, update.step);
      history.value = { ...history.value };
      current.value = { ...run, totalSteps: update.totalSteps };
      phase.value = 'running';
      break;
    case 'step':
      timeLeft.note(update.step, performance.now());
      addStep(history.value, update.step, update.crossEntropy, update.accuracy);
      history.value = { ...history.value };
      progress.value = {
        ...update,
        epochs: run.settings.epochs,
        secondsLeft: timeLeft.seconds(
          update.totalSteps - update.step,
          run.settings.epochs - update.epoch + 1,
        ),
      };
      current.value = { ...run, trainingMs: run.trainingMs + update.durationMs };
      if (phase.value === 'evaluating') phase.value = 'running';
      break;
    case 'evaluating':
      if (phase.value === 'running') phase.value = 'evaluating';
      break;
    case 'epoch': {
      const { validation, step } = update;
      if (validation) {
        history.value.validation.push({ step, loss: validation.loss, accuracy: validation.accuracy });
        timeLeft.noteValidation(validation.durationMs / 1000);
      }
      history.value = { ...history.value };
      break;
    }
    case 'probe':
      probe.value = update.report;
      break;
    case 'checkpoint':
      await keep(run.id, {
        step: update.step,
        totalSteps: run.totalSteps,
        history: history.value,
        trainingMs: run.trainingMs,
      });
      break;
    case 'network':
      if (!(await keepNetwork(run.id, update.network)))
        remark('This browser has no room for the network: it is gone when you leave the page. Download it.');
      await keep(run.id, { hasNetwork: true });
      break;
    case 'paused':
      timeLeft.interrupt();
      phase.value = 'paused';
      break;
    case 'resumed':
      phase.value = 'running';
      break;
    case 'done':
      phase.value = 'done';
      await keep(run.id, { finished: true, history: history.value });
      await (await runStore()).removeCheckpoints(run);
      break;
  }
}

/** The network is there: a new run is kept from now on; one that goes on may do so on another engine. */
async function begun(
  run: RunRecord,
  { modelTopology, parameters }: Extract<TrainingUpdate, { type: 'topology' }>,
): Promise<void> {
  const now = trainingEngine.value;
  if (run.engine && now && run.engine !== now)
    remark(
      `This run began on ${ENGINE_LABELS[run.engine]} and goes on with ${ENGINE_LABELS[now]}: the last digits of its numbers may differ.`,
    );
  const facts = { modelTopology, parameters, ...(now && { engine: now }) };
  if (run.step === 0) await (await runStore()).put({ ...run, ...facts });
  await keep(run.id, facts);
}
