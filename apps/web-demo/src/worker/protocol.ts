import type { Branch5x5 } from '@googlenet/inception';
/** The engines in the order in which the page tries them. */
export const ENGINE_NAMES = ['webgpu', 'webgl', 'wasm', 'cpu'] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

/** The branches in the order of the concatenation. */
export const BRANCH_NAMES = ['conv1x1', 'conv3x3', 'conv5x5', 'poolProj'] as const;
export type BranchName = (typeof BRANCH_NAMES)[number];

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

/** The convolution that the picture meets first. */
export interface FirstConvolution {
  name: string;
  /** `[height, width, channels]` of what enters and of what leaves. */
  inputShape: [number, number, number];
  outputShape: [number, number, number];
  kernelSize: readonly [height: number, width: number];
}

export interface ModelInfo {
  name: string;
  parameters: number;
  classNames: string[];
  /** Nothing in networks that begin otherwise. */
  first?: FirstConvolution;
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

/** What the first convolution makes of a picture. */
export interface FirstView {
  /** The mean over all channels. */
  mean: GreyMap;
  /** All channels, the one with the highest activation first. */
  maps: FeatureMap[];
  /** The activation that is white. */
  highest: number;
}

/** Which feature map: a channel of a module's branch, or of the first convolution. */
export interface MapName {
  /** The module, or the first convolution. */
  place: string;
  /** Of a module. */
  branch?: BranchName;
  /** Counted within the branch. */
  channel: number;
}

/** All that the pixels of one feature map are computed from: `relu(bias + sum over channels and window of input x kernel)`. */
export interface MapTrace extends MapName {
  height: number;
  width: number;
  /** What the network computed, `height * width`. */
  activation: Float32Array;
  /** The unit whose kernel it is, for example `3x3` or `pool_proj`; empty in a first convolution. */
  unit: string;
  /** What the kernel slides over: `pool`, the unit before, or nothing where it is what enters the module or the network. */
  source: string;
  /** `[height, width, channels]` */
  inputShape: [number, number, number];
  input: Float32Array;
  /** In the pool branch: what the 3x3 max pool took its maxima from, in the shape of `input`. */
  pooled?: Float32Array;
  /** `[height, width, channels]` of the kernel, with the scale of its batch norm. */
  kernelShape: [number, number, number];
  kernel: Float32Array;
  /** With the shift of the batch norm. */
  bias: number;
  strides: number;
  /** Rows and columns of zeros before the input. */
  padding: [top: number, left: number];
  relu: boolean;
}

export interface ModuleView {
  name: string;
  /** The class whose logit the gradients are of. */
  target: number;
  /** The activation that is white in all maps of the module. */
  highest: number;
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
export const EXPORT_FORMATS = ['tfjs', 'onnx', 'safetensors', 'keras', 'huggingFace'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportedFile {
  name: string;
  bytes: Uint8Array<ArrayBuffer>;
}
