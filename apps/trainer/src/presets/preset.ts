import type { PartialConfig } from '../config/schema';

/** A part of a configuration; `null` takes away what the defaults have. */
export type PresetConfig = Omit<PartialConfig, 'data' | 'training'> & {
  data?: Nullable<NonNullable<PartialConfig['data']>>;
  training?: Nullable<NonNullable<PartialConfig['training']>>;
};

type Nullable<T> = { [Key in keyof T]: T[Key] | null };

/** A named part of a configuration. */
export interface Preset {
  /** One line for the help. */
  readonly title: string;
  readonly config: PresetConfig;
  /** What else holds for data of fewer training images than `config` was made for. */
  readonly forFewer?: (images: number) => PresetConfig;
  /** What else holds where only so many of the images are asked for (`--subset`). */
  readonly forSubset?: (images: number) => PresetConfig;
}
