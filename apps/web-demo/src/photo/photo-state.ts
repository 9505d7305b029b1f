import { computed, signal } from '@preact/signals';
import { proxy, wrap, type Remote } from 'comlink';
import { latestOnly } from '../state/latest';
import { messageOf, trouble } from '../state/network';
import { readPictureFile } from '../state/picture-file';
import type { PhotoAnswer, PhotoModel, PhotoSummaries, WeightsManifest } from '../worker/photo-protocol';
import type { PhotoWorker } from '../worker/photo-worker';
import { ENGINE_NAMES, type ModuleView, type Progress } from '../worker/protocol';

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
let remote: Remote<PhotoWorker> | undefined;

/** Loads the network, once; what it needs comes from this page's own site. */
export async function openPhotoNetwork(): Promise<void> {
  if (photoState.value.phase === 'loading' || photoState.value.phase === 'ready') return;
  photoState.value = { phase: 'loading', progress: { loadedBytes: 0, totalBytes: 0 } };
  try {
    const manifest = await fetchManifest();
    if (!manifest) {
      photoState.value = { phase: 'missing' };
      return;
    }
    samples.value = manifest.samples.map((name) => new URL(name, folder()).href);
    const worker = new Worker(new URL('../worker/photo-main.ts', import.meta.url), { type: 'module' });
    remote = wrap<PhotoWorker>(worker);
    const stored = localStorage.getItem('googlenet-engine');
    await remote.start(ENGINE_NAMES.find((name) => name === stored));
    const onProgress = proxy((progress: Progress) => {
      if (photoState.value.phase === 'loading') photoState.value = { phase: 'loading', progress };
    });
    photoState.value = { phase: 'ready', model: await remote.load(folder(), manifest, onProgress) };
  } catch (error) {
    photoState.value = { phase: 'failed', message: messageOf(error) };
  }
}

/** What the site has; nothing where it was built without a photo network. */
async function fetchManifest(): Promise<WeightsManifest | undefined> {
  const response = await fetch(new URL('weights.json', folder()), { cache: 'no-cache' });
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return response.ok && isJson ? ((await response.json()) as WeightsManifest) : undefined;
}

/** Shows a picture file to the network. */
export async function showPhoto(file: Blob): Promise<void> {
  if (!remote || photoState.value.phase !== 'ready') return;
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
    look();
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
