import type { Branch5x5 } from '@googlenet/inception';
/** The engines in the order in which the page tries them. */
export const engineNames = ['webgpu', 'webgl', 'wasm', 'cpu'] as const;
export type EngineName = (typeof engineNames)[number];

/** The branches in the order of the concatenation. */
export const branchNames = ['conv1x1', 'conv3x3', 'conv5x5', 'poolProj'] as const;
export type BranchName = (typeof branchNames)[number];

export interface EngineFailure {
  engine: EngineName;
  reason: string;
}

export interface EngineReport {
  engine: EngineName;
  /** What a visitor may want to know of it, for example `4 threads`. */
  detail: string;
  /** The engines that were tried before this one, and why they were left. */
  failures: EngineFailure[];
}

export interface ModuleInfo {
  name: string;
  /** `[height, width, channels]` of what enters and of what leaves. */
  inputShape: [number, number, number];
  outputShape: [number, number, number];
  channels: Record<BranchName, number>;
  /** What stands in the branch that the paper calls 5x5. */
  branch5x5: Branch5x5;
}

export interface ModelInfo {
  name: string;
  parameters: number;
  classNames: string[];
  modules: ModuleInfo[];
  /** The names of the auxiliary heads that the model has, for example `aux1`. */
  auxiliary: string[];
}

export interface Prediction {
  probabilities: number[];
  auxiliary: { name: string; probabilities: number[] }[];
  /** Whether the picture is unlike all that the network was trained on; not known of networks without `outliers.json`. */
  doubtful?: boolean;
  /** From the picture's arrival in the worker to the answer. */
  durationMs: number;
}

/** A picture of `height x width` bytes, 255 being the highest activation of what it is compared with. */
export interface GreyMap {
  height: number;
  width: number;
  pixels: Uint8Array;
}

export interface ModuleSummary {
  name: string;
  /** The mean over all channels. */
  mean: GreyMap;
  /** Each branch's part of the sum of all activations, together 1. */
  activationShare: Record<BranchName, number>;
}

/** One channel; square roots, so that faint activations are seen. */
export interface FeatureMap extends GreyMap {
  channel: number;
}

export interface BranchView {
  branch: BranchName;
  channels: number;
  activationShare: number;
  /** Activation times gradient of the class's logit, summed over the branch: its evidence for the class, or against it. */
  evidence: number;
  /** The most active channels, the strongest first. */
  maps: FeatureMap[];
}

export interface ModuleView {
  name: string;
  /** The class whose logit the gradients are of. */
  target: number;
  branches: BranchView[];
  /** Grad-CAM at this module: where it finds evidence for the class. */
  gradCam: GreyMap;
}

export interface MemoryReport {
  tensors: number;
  bytes: number;
}

export interface Progress {
  loadedBytes: number;
  totalBytes: number;
}

/** What one place in the network takes the picture for. */
export interface Opinion {
  /** A module, or an auxiliary head. */
  name: string;
  probabilities: number[];
  /** Of a module: the part of the reference pictures that it reads rightly this way. */
  accuracy?: number;
}

/** The forms in which a network can be taken away. */
export const exportFormats = ['tfjs', 'onnx', 'safetensors', 'keras', 'huggingFace'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface ExportedFile {
  name: string;
  bytes: Uint8Array<ArrayBuffer>;
}
