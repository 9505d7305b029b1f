import { computed, effect, signal } from '@preact/signals';
import { networkImage } from '../state/drawing';
import { latestOnly } from '../state/latest';
import { messageOf, model, network, prediction, trouble } from '../state/network';
import { route } from '../state/route';
import { ABOUT_WIDE_WINDOW } from './branches';
import { loadSamples } from '../draw/samples';
import type { FirstView, MapName, MapTrace, ModuleSummary, ModuleView, Opinion } from '../worker/protocol';

export const summaries = signal<ModuleSummary[] | undefined>(undefined);
export const moduleView = signal<ModuleView | undefined>(undefined);
/** What the first convolution makes of the drawing. */
export const firstView = signal<FirstView | undefined>(undefined);
/** The feature map that is enlarged, with all that its pixels are computed from. */
export const enlarged = signal<MapTrace | undefined>(undefined);
/** What each module takes the drawing for; nothing until the references are there. */
export const opinions = signal<Opinion[] | undefined>(undefined);
/** The class that Grad-CAM explains; without a choice, the one that the network chose. */
export const chosenClass = signal<number | undefined>(undefined);

/** The module that is open: the one in the address, else the last one before the first pool. */
export const openModule = computed(() => {
  if (model.value.phase !== 'ready') return undefined;
  const { modules } = model.value.info;
  return modules.find(({ name }) => name === route.value.detail) ?? modules[1] ?? modules[0];
});

/** Whether the first convolution is open in the place of a module. */
export const firstIsOpen = computed(
  () => model.value.phase === 'ready' && model.value.info.first?.name === route.value.detail,
);

/** What can be opened, from the input on: the first convolution and the modules. */
export const places = computed(() => {
  if (model.value.phase !== 'ready') return [];
  const { first, modules } = model.value.info;
  return [...(first ? [first.name] : []), ...modules.map(({ name }) => name)];
});

/** The place that is open, and those beside it. */
export const openPlace = computed(() => {
  const name = firstIsOpen.value ? route.value.detail : openModule.value?.name;
  const at = places.value.findIndex((place) => place === name);
  return { name, previous: places.value[at - 1], next: places.value[at + 1] };
});

/** The window of the branch that the paper calls 5x5, as this network has it. */
export const wideWindow = computed(() => {
  const module = model.value.phase === 'ready' ? model.value.info.modules[0] : undefined;
  return ABOUT_WIDE_WINDOW[module?.branch5x5 ?? 'one5x5'];
});

/** The names of the classes, where there is a network. */
export const classNames = computed(() => (model.value.phase === 'ready' ? model.value.info.classNames : []));

export const explainedClass = computed(() => {
  const answer = prediction.value?.probabilities;
  return chosenClass.value ?? (answer ? answer.indexOf(Math.max(...answer)) : undefined);
});

interface Question {
  image: Uint8Array;
  module: string;
  target: number | undefined;
}

const askSummaries = latestOnly(async (image: Uint8Array) => {
  await orTrouble(async () => {
    if (model.value.phase === 'ready' && model.value.info.first)
      firstView.value = await network.lookAtFirst(image);
    summaries.value = await network.summarize(image);
  });
});

const askModule = latestOnly(async ({ image, module, target }: Question) => {
  await orTrouble(async () => {
    moduleView.value = await network.inspect(image, module, target);
  });
});

const askOpinions = latestOnly(async (image: Uint8Array) => {
  await orTrouble(async () => {
    await referencesSet();
    opinions.value = await network.opinions(image);
  });
});

/** Enlarges a feature map. */
export async function enlarge(map: MapName): Promise<void> {
  const image = networkImage.value;
  if (!image) return;
  await orTrouble(async () => {
    enlarged.value = await network.trace(image, map);
  });
}

let references: Promise<void> | undefined;

/** Gives the worker the test digits, by which it reads the modules. */
function referencesSet(): Promise<void> {
  references ??= loadSamples()
    .then((samples) =>
      network.setReferences({
        images: Uint8Array.from(samples.flatMap(({ pixels }) => Array.from(pixels))),
        labels: Uint8Array.from(samples, ({ label }) => label),
      }),
    )
    .catch((error: unknown) => {
      references = undefined;
      throw error;
    });
  return references;
}

/** Keeps the view's answers in step with the drawing and the open module until it is called off. */
export function followDrawing(): () => void {
  const stopSummaries = effect(() => {
    const image = networkImage.value;
    if (model.value.phase !== 'ready' || !image) return;
    askSummaries(image);
    askOpinions(image);
  });
  const stopModule = effect(() => {
    const image = networkImage.value;
    const module = openModule.value?.name;
    const target = chosenClass.value;
    if (image && module) askModule({ image, module, target });
  });
  return () => {
    stopSummaries();
    stopModule();
    enlarged.value = undefined;
  };
}

async function orTrouble(task: () => Promise<void>): Promise<void> {
  try {
    await task();
  } catch (error) {
    trouble.value = messageOf(error);
  }
}
