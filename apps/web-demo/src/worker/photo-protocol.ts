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

/** What a visitor's own network was trained on. */
export interface OwnClasses {
  classNames: string[];
  /** The name of the folder; empty where the file does not say it. */
  folder: string;
}

/** A loaded photo network. */
export interface PhotoModel {
  parameters: number;
  modules: ModuleInfo[];
  /** Nothing for ImageNet's network. */
  own?: OwnClasses;
}

/** A class of the network and how likely it finds it. */
export type PhotoClass = Pick<DecodedPrediction, 'index' | 'name' | 'words' | 'probability'>;

/** A picture as the network sees it, and what it says. */
export interface PhotoAnswer {
  side: number;
  /** `side * side * 4`, red, green, blue, opaque. */
  pixels: Uint8ClampedArray<ArrayBuffer>;
  /** The likeliest classes, at most five. */
  classes: PhotoClass[];
  /** From the picture's file to the answer, in milliseconds. */
  durationMs: number;
}

/** What `look` gives. */
export type PhotoSummaries = ModuleSummary[];
