/**
 * ImageNet weights for GoogLeNet: files of Caffe, torchvision, TF-slim and the ONNX zoo into one model, class names, preprocessing.
 *
 * It knows nothing of training, data sets and engines, and holds no weights itself. Start reading at `weights.ts` (what there is),
 * `tables/` (names) and `apply-table.ts`.
 *
 * @packageDocumentation
 */
export { decodePredictions, imagenetClasses, type DecodedPrediction, type ImagenetClass } from './imagenet';
export { cropForWeights, preprocess } from './preprocess';
export { loadWeights, pretrained, type PretrainedOptions } from './pretrained';
export { classesOf } from './pretrained';
export { readWeightsFile, type Container, type WeightsFile } from './read-weights';
export type { Layout, TableRow, WeightTable } from './tables/table';
export { toCompact } from './compact';
export { WEIGHTS, type CropRule, type Preprocessing, type WeightsEntry, type WeightsName } from './weights';
