import { computed, signal } from '@preact/signals';
import { inceptionCost, type Branch5x5, type InceptionFilters } from '@googlenet/inception';
import { BRANCH_NAMES, type BranchName } from '../worker/protocol';
import { modulePresets, type ModulePreset } from './presets';

export type Measure = 'macs' | 'parameters';

const firstPreset = modulePresets[2];

export const preset = signal<ModulePreset>(firstPreset);
export const filters = signal<InceptionFilters>(firstPreset.filters);
export const branch5x5 = signal<Branch5x5>('one5x5');
export const measure = signal<Measure>('macs');

export interface CostOfKind {
  total: number;
  branches: Record<BranchName, number>;
}

/** The open module in both forms of the paper, in the chosen measure. */
export const costs = computed((): { naive: CostOfKind; reduced: CostOfKind } => ({
  naive: costOf('naive'),
  reduced: costOf('reduced'),
}));

export function choosePreset(name: string): void {
  const chosen = modulePresets.find((candidate) => candidate.name === name);
  if (!chosen) return;
  preset.value = chosen;
  filters.value = chosen.filters;
}

export function setFilter(field: keyof InceptionFilters, value: number): void {
  filters.value = { ...filters.value, [field]: value };
}

function costOf(kind: 'naive' | 'reduced'): CostOfKind {
  const { height, width, inputChannels } = preset.value;
  const cost = inceptionCost({
    height,
    width,
    inputChannels,
    filters: filters.value,
    kind,
    branch5x5: branch5x5.value,
    useBias: false,
    batchNorm: false,
  });
  const branches = Object.fromEntries(
    BRANCH_NAMES.map((branch) => [branch, cost.branches[branch][measure.value]]),
  );
  return { total: cost[measure.value], branches: branches as Record<BranchName, number> };
}
