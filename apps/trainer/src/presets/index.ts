import { accurate } from './accurate';
import { finetune } from './finetune';
import { paperRecipe } from './paper-recipe';
import type { Preset } from './preset';
import { quick } from './quick';
import { source } from './source';

export { DEFAULT_CONFIG } from './defaults';
export type { Preset } from './preset';

/** What `--preset` knows. */
export const PRESETS = {
  quick,
  source,
  accurate,
  'paper-recipe': paperRecipe,
  finetune,
} as const satisfies Record<string, Preset>;

/** Where nothing names another. */
export const DEFAULT_PRESET = 'quick' satisfies PresetName;

/** Where nothing names another and the pictures are one's own. */
export const PHOTOS_PRESET = 'finetune' satisfies PresetName;

export type PresetName = keyof typeof PRESETS;

export function isPresetName(name: string): name is PresetName {
  return Object.hasOwn(PRESETS, name);
}
