import type { PartialConfig } from '../config/schema';

/** A named part of a configuration. */
export interface Preset {
  /** One line for the help. */
  readonly title: string;
  readonly config: PartialConfig;
}
