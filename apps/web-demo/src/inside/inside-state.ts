import { computed, effect, signal } from '@preact/signals';
import { networkImage } from '../state/drawing';
import { latestOnly } from '../state/latest';
import { messageOf, model, network, prediction, trouble } from '../state/network';
import { route } from '../state/route';
import { loadSamples } from '../draw/samples';
import type { ModuleSummary, ModuleView, Opinion } from '../worker/protocol';

export const summaries = signal<ModuleSummary[] | undefined>(undefined);
export const moduleView = signal<ModuleView | undefined>(undefined);
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
  };
}

async function orTrouble(task: () => Promise<void>): Promise<void> {
  try {
    await task();
  } catch (error) {
    trouble.value = messageOf(error);
  }
}
