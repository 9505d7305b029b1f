import type { InceptionFilters } from '@googlenet/inception';
import { INCEPTION_FILTERS } from '@googlenet/model';

/** A module of the paper at its place in the network, for a 224x224 picture. */
export interface ModulePreset {
  name: string;
  height: number;
  width: number;
  inputChannels: number;
  filters: InceptionFilters;
}

/** The side of the plane for the first digit of a module's name. */
const SIDES: Record<string, number> = { '3': 28, '4': 14, '5': 7 };

/** What enters module 3a: the stem's 192 channels. */
const STEM_CHANNELS = 192;

/** The nine modules of the table in the paper, each fed by the one before. */
export const modulePresets: readonly ModulePreset[] = chain();

function chain(): ModulePreset[] {
  let inputChannels = STEM_CHANNELS;
  return Object.entries(INCEPTION_FILTERS).map(([name, row]) => {
    const [conv1x1, reduce3x3, conv3x3, reduce5x5, conv5x5, poolProj] = row;
    const side = SIDES[name[0] ?? ''] ?? 0;
    const preset = {
      name,
      height: side,
      width: side,
      inputChannels,
      filters: { conv1x1, reduce3x3, conv3x3, reduce5x5, conv5x5, poolProj },
    };
    inputChannels = conv1x1 + conv3x3 + conv5x5 + poolProj;
    return preset;
  });
}
