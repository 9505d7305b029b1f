import { computed, signal } from '@preact/signals';
import { proxy, wrap, type Remote } from 'comlink';
import { latestOnly } from '../state/latest';
import { messageOf, storedEngine, trouble } from '../state/network';
import { readPictureFile } from '../state/picture-file';
import type { PhotoAnswer, PhotoModel, PhotoSummaries, WeightsManifest } from '../worker/photo-protocol';
import type { PhotoWorker } from '../worker/photo-worker';
import type { ModuleView, Progress } from '../worker/protocol';

/** Where the photo network is. */
export type PhotoState =
  | { phase: 'waiting' }
  /** The site was built without it. */
  | { phase: 'missing' }
  | { phase: 'loading'; progress: Progress }
  | { phase: 'ready'; model: PhotoModel }
  | { phase: 'failed'; message: string };

export const photoState = signal<PhotoState>({ phase: 'waiting' });
/** The newest picture that has an answer. */
export const photo = signal<PhotoAnswer | undefined>(undefined);
export const busy = signal(false);
export const samples = signal<readonly string[]>([]);
/** Whether the site has the network of ImageNet's classes; not known before it was looked for. */
export const hasImagenet = signal<boolean | undefined>(undefined);
/** Whether there has been an answer to look inside of; it comes on the page first. */
export const insideShown = signal(false);
export const summaries = signal<PhotoSummaries | undefined>(undefined);
export const moduleView = signal<ModuleView | undefined>(undefined);
/** The class that Grad-CAM explains; without a choice, the likeliest. */
export const chosenClass = signal<number | undefined>(undefined);
export const chosenModule = signal<string | undefined>(undefined);

/** The module that is open: the visitor's, else 4e, where maps are fine enough and sure enough to be seen. */
export const openModule = computed(() => {
  if (photoState.value.phase !== 'ready') return undefined;
  const { modules } = photoState.value.model;
  return modules.find(({ name }) => name === (chosenModule.value ?? 'inception_4e')) ?? modules[0];
});

export const explained = computed(() => chosenClass.value ?? photo.value?.classes[0]?.index);

const folder = () => new URL('weights/', document.baseURI).href;
let worker: Promise<Remote<PhotoWorker>> | undefined;
let remote: Remote<PhotoWorker> | undefined;
/** What the visitor showed last, for the next network to answer as well. */
let lastPicture: Blob | undefined;

/** The worker with its engine, started once. */
async function connect(): Promise<Remote<PhotoWorker>> {
  worker ??= (async () => {
    const started = wrap<PhotoWorker>(
      new Worker(new URL('../worker/photo-main.ts', import.meta.url), { type: 'module' }),
    );
    await started.start(storedEngine());
    return started;
  })();
  try {
    return (remote = await worker);
  } catch (error) {
    worker = undefined;
    throw error;
  }
}

/** Loads the network of ImageNet's classes, once; what it needs comes from this page's own site. */
export async function openPhotoNetwork(): Promise<void> {
  if (photoState.value.phase === 'loading' || photoState.value.phase === 'ready') return;
  await loadImagenet();
}

/** The same in place of a network of the visitor's own. */
export async function loadImagenet(): Promise<void> {
  photoState.value = { phase: 'loading', progress: { loadedBytes: 0, totalBytes: 0 } };
  try {
    const manifest = await fetchManifest();
    hasImagenet.value = manifest !== undefined;
    if (!manifest) {
      photoState.value = { phase: 'missing' };
      return;
    }
    samples.value = manifest.samples.map((name) => new URL(name, folder()).href);
    const connected = await connect();
    const onProgress = proxy((progress: Progress) => {
      if (photoState.value.phase === 'loading') photoState.value = { phase: 'loading', progress };
    });
    await ready(await connected.load(folder(), manifest, onProgress));
  } catch (error) {
    photoState.value = { phase: 'failed', message: messageOf(error) };
  }
}

/** Loads a network of the visitor's own, from the files of a run; where that fails the one before stays. */
export async function openOwnNetwork(files: File[]): Promise<void> {
  const before = photoState.value;
  if (before.phase === 'loading') return;
  photoState.value = { phase: 'loading', progress: { loadedBytes: 0, totalBytes: 0 } };
  try {
    const connected = await connect();
    await ready(await connected.open(files));
  } catch (error) {
    trouble.value = messageOf(error);
    photoState.value = before;
  }
}

async function ready(model: PhotoModel): Promise<void> {
  for (const shown of [photo, summaries, moduleView, chosenClass, chosenModule, trouble])
    shown.value = undefined;
  photoState.value = { phase: 'ready', model };
  if (lastPicture) await showPhoto(lastPicture);
}

/** What the site has; nothing where it was built without a photo network. */
async function fetchManifest(): Promise<WeightsManifest | undefined> {
  const response = await fetch(new URL('weights.json', folder()), { cache: 'no-cache' });
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return response.ok && isJson ? ((await response.json()) as WeightsManifest) : undefined;
}

/** Takes what was dropped or chosen: the files of a network, or a picture. */
export async function takeFiles(files: File[]): Promise<void> {
  if (files.some(({ name }) => name.endsWith('.json'))) await openOwnNetwork(files);
  else if (files[0]) await showPhoto(files[0]);
}

/** Shows a picture file to the network. */
export async function showPhoto(file: Blob): Promise<void> {
  if (!remote || photoState.value.phase !== 'ready') return;
  lastPicture = file;
  busy.value = true;
  try {
    const answer = await remote.answer(
      await readPictureFile(file, file instanceof File ? file.name : 'photo'),
    );
    chosenClass.value = undefined;
    summaries.value = undefined;
    moduleView.value = undefined;
    photo.value = answer;
    trouble.value = undefined;
    afterPaint(() => {
      insideShown.value = true;
      look();
    });
  } catch (error) {
    trouble.value = messageOf(error);
  } finally {
    busy.value = false;
  }
}

/** Shows one of the site's sample pictures. */
export async function showSamplePhoto(url: string): Promise<void> {
  const response = await fetch(url);
  if (response.ok) await showPhoto(await response.blob());
  else
    trouble.value = `showSamplePhoto(${url}): expected the file, got status ${response.status}. Reload the page.`;
}

export function chooseModule(name: string): void {
  chosenModule.value = name;
  look();
}

export function chooseClass(index: number | undefined): void {
  chosenClass.value = index;
  look();
}

interface Question {
  module: string;
  target: number | undefined;
}

const ask = latestOnly(async ({ module, target }: Question) => {
  try {
    moduleView.value = await remote?.inspect(module, target);
    summaries.value ??= await remote?.summarize();
  } catch (error) {
    trouble.value = messageOf(error);
  }
});

/** Asks what the open module sees in the picture. */
function look(): void {
  if (photo.value && openModule.value) ask({ module: openModule.value.name, target: chosenClass.value });
}

/** Runs something once the page has drawn what it knows; nothing is drawn while the tab is hidden. */
function afterPaint(action: () => void): void {
  if (document.hidden) setTimeout(action);
  else requestAnimationFrame(() => setTimeout(action));
}
