import type { DecodedPrediction } from '@googlenet/pretrained';
import type { ModuleInfo, ModuleSummary } from './protocol';

/** What `weights/weights.json` on the site says of the photo network. */
export interface WeightsManifest {
  /** The set that the numbers are of. */
  weights: 'caffe';
  /** The file beside it. */
  file: string;
  bytes: number;
  sha256: string;
  /** Sample pictures beside it. */
  samples: string[];
}

/** A loaded photo network. */
export interface PhotoModel {
  parameters: number;
  modules: ModuleInfo[];
}

/** A picture as the network sees it, and what it says. */
export interface PhotoAnswer {
  side: number;
  /** `side * side * 4`, red, green, blue, opaque. */
  pixels: Uint8ClampedArray<ArrayBuffer>;
  /** The five likeliest classes. */
  classes: DecodedPrediction[];
  /** From the decoded picture's resize to the answer, in milliseconds. */
  durationMs: number;
}

/** What `look` gives. */
export type PhotoSummaries = ModuleSummary[];
