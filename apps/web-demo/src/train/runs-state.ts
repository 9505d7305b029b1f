import { signal } from '@preact/signals';
import { messageOf, useSavedModel } from '../state/network';
import { routeTo } from '../state/route';
import { adoptEarlierRun } from './earlier-run';
import type { RunRecord } from './run-record';
import { openRunStore, type RunStore } from './run-store';
import { asOnlyTab, isSomeTabTraining } from './training-lock';
import type { SavedModel } from './training-protocol';

/** The runs that this browser keeps, the newest first; nothing until they have been read. */
export const runs = signal<readonly RunRecord[] | undefined>(undefined);
/** False where the browser keeps nothing beyond the page. */
export const runsLast = signal(true);
/** Whether a tab of this page is training, this one or another. */
export const someTabTrains = signal(false);
/** Ids of the runs that are laid side by side. */
export const compared = signal<readonly string[]>([]);
/** What went wrong with a kept run, in one line. */
export const runsTrouble = signal<string | undefined>(undefined);

let opened: Promise<RunStore> | undefined;
const tabs = 'BroadcastChannel' in globalThis ? new BroadcastChannel('googlenet-runs') : undefined;

/** The runs of this browser; a run of an earlier version of the page is taken over first. */
export function runStore(): Promise<RunStore> {
  opened ??= openRunStore().then(async (store) => {
    await adoptEarlierRun(store);
    runsLast.value = store.lasting;
    return store;
  });
  return opened;
}

/** Reads the list, and again whenever another tab has changed it or the visitor comes back to this one; returns what ends that. */
export function followRuns(): () => void {
  const read = () => void readRuns();
  tabs?.addEventListener('message', read);
  addEventListener('focus', read);
  read();
  return () => {
    tabs?.removeEventListener('message', read);
    removeEventListener('focus', read);
  };
}

async function readRuns(): Promise<void> {
  try {
    const list = await (await runStore()).list();
    runs.value = list;
    compared.value = compared.value.filter((id) => list.some((run) => run.id === id));
    someTabTrains.value = await isSomeTabTraining();
  } catch (error) {
    runs.value ??= [];
    runsTrouble.value = `The runs of this browser could not be read: ${messageOf(error)}`;
  }
}

/** Tells this tab's list and those of the others that the runs have changed. */
export async function runsChanged(): Promise<void> {
  await readRuns();
  tabs?.postMessage('changed');
}

export async function renameRun(run: RunRecord, name: string): Promise<void> {
  const wanted = name.trim();
  if (wanted === '' || wanted === run.name) return;
  await (await runStore()).update(run.id, { name: wanted });
  await runsChanged();
}

/** Removes a run for good. One that is not finished may be another tab's: that needs the right to train. */
export async function deleteRun(run: RunRecord, isOurs: boolean): Promise<void> {
  const remove = async () => (await runStore()).remove(run);
  await (run.finished || isOurs ? remove() : asOnlyTab(remove));
  await runsChanged();
}

export function compareRun(id: string, chosen: boolean): void {
  const others = compared.value.filter((other) => other !== id);
  compared.value = chosen ? [...others, id] : others;
}

/** Networks that the browser has had no room for: they last as long as the page. */
const unkept = new Map<string, SavedModel>();

/** Keeps the network of a run; false where the browser has no room for it. */
export async function keepNetwork(id: string, network: SavedModel): Promise<boolean> {
  try {
    await (await runStore()).putNetwork(id, network);
    unkept.delete(id);
    return true;
  } catch (error) {
    console.warn(
      'keepNetwork(): expected room in IndexedDB, got',
      error,
      '. The network lasts as long as the page.',
    );
    unkept.set(id, network);
    return false;
  }
}

/**
 * The network that a run has trained.
 *
 * @throws {Error} if it is gone
 */
export async function networkOf(run: RunRecord): Promise<SavedModel> {
  const network = unkept.get(run.id) ?? (await (await runStore()).network(run.id));
  if (!network)
    throw new Error(`The network of “${run.name}” is no longer kept in this browser. Train it again.`);
  return network;
}

/** Makes the network of a run the one that reads drawings, and goes there. */
export async function drawWith(run: RunRecord): Promise<void> {
  await useSavedModel(await networkOf(run), run.name);
  location.hash = routeTo('draw');
}
