import { effect, signal } from '@preact/signals';
import { proxy } from 'comlink';
import type { SavedModel } from '../train/training-protocol';
import { createNetworkWorker } from '../worker/client';
import {
  ENGINE_NAMES,
  type EngineFailure,
  type EngineName,
  type EngineReport,
  type ModelInfo,
  type Prediction,
  type Progress,
} from '../worker/protocol';
import { networkImage } from './drawing';
import { latestOnly } from './latest';
import { messageOf } from './message';

export { messageOf };

export type EngineState =
  { phase: 'starting' } | { phase: 'ready'; report: EngineReport } | { phase: 'failed'; message: string };
export type ModelState =
  | { phase: 'waiting' }
  | { phase: 'loading'; progress: Progress }
  | { phase: 'ready'; info: ModelInfo }
  | { phase: 'failed'; message: string };

export const engine = signal<EngineState>({ phase: 'starting' });
export const model = signal<ModelState>({ phase: 'waiting' });
/** The answer to the newest picture that has one; nothing while the canvas is empty. */
export const prediction = signal<Prediction | undefined>(undefined);
/** What went wrong with the last thing that the visitor did, in one line. */
export const trouble = signal<string | undefined>(undefined);

const ENGINE_KEY = 'googlenet-engine';
const worker = createNetworkWorker();
export const network = worker.remote;

/** Starts the engine, loads the shipped model, and from then on answers every new picture. */
export async function startNetwork(): Promise<void> {
  if (await useEngine(storedEngine())) await loadShippedModel();
  effect(() => {
    const image = networkImage.value;
    if (!image) prediction.value = undefined;
    if (model.value.phase === 'ready' && image) answer(image);
  });
}

export async function useEngine(preferred?: EngineName, excluded?: EngineFailure[]): Promise<boolean> {
  engine.value = { phase: 'starting' };
  try {
    engine.value = {
      phase: 'ready',
      report: await Promise.race([network.start(preferred, excluded), worker.broken]),
    };
    return true;
  } catch (error) {
    engine.value = { phase: 'failed', message: messageOf(error) };
    return false;
  }
}

/** The engine that the visitor chose, on this visit or an earlier one. */
export function storedEngine(): EngineName | undefined {
  const stored = localStorage.getItem(ENGINE_KEY);
  return ENGINE_NAMES.find((name) => name === stored);
}

/** The visitor's own choice: kept for the next visit. */
export async function chooseEngine(name: EngineName): Promise<void> {
  localStorage.setItem(ENGINE_KEY, name);
  const ready = model.value;
  model.value = { phase: 'waiting' };
  if (await useEngine(name)) model.value = ready;
}

export async function loadShippedModel(): Promise<void> {
  const url = new URL('model/model.json', document.baseURI).href;
  await load((onProgress) => network.loadFromUrl(url, 'shipped', onProgress));
}

export async function loadModelFiles(files: File[]): Promise<void> {
  const previous = model.value;
  await load(() =>
    network.loadFromFiles(files, files.find((file) => file.name.endsWith('.json'))?.name ?? 'files'),
  );
  const failed = model.value;
  if (failed.phase === 'failed' && previous.phase === 'ready') {
    trouble.value = `${failed.message} The model from before is still in use.`;
    model.value = previous;
  }
}

/** Takes a network that was trained in the page. */
export async function useSavedModel(saved: SavedModel, name: string): Promise<void> {
  await load(() => network.loadSaved(saved, name));
}

async function load(
  request: (onProgress: (progress: Progress) => void) => Promise<ModelInfo>,
): Promise<void> {
  model.value = { phase: 'loading', progress: { loadedBytes: 0, totalBytes: 0 } };
  try {
    const info = await request(
      proxy((progress: Progress) => {
        if (model.value.phase === 'loading') model.value = { phase: 'loading', progress };
      }),
    );
    model.value = { phase: 'ready', info };
  } catch (error) {
    model.value = { phase: 'failed', message: messageOf(error) };
  }
}

let answers = 0;
/** How many pictures have been answered. */
export const answered = () => answers;

const answer = latestOnly(async (image: Uint8Array) => {
  try {
    const result = await network.predict(image);
    answers++;
    if (networkImage.value) prediction.value = result;
  } catch (error) {
    await leaveEngine(messageOf(error));
  }
});

/** An engine that fails at work is left for the next one, with a line that says so. */
async function leaveEngine(reason: string): Promise<void> {
  if (engine.value.phase !== 'ready') return;
  const { report } = engine.value;
  const ready = model.value;
  model.value = { phase: 'waiting' };
  if (await useEngine(undefined, [...report.failures, { engine: report.engine, reason }]))
    model.value = ready;
}
