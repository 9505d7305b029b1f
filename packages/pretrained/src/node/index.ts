/**
 * Trained weights from files and a cache folder, for Node.
 *
 * @packageDocumentation
 */
export { pretrained, type NodePretrainedOptions } from './pretrained';
export {
  fetchWeightsFile,
  verifyWeightsFile,
  type FetchWeightsOptions,
  type WeightsCheck,
} from './weights-file';
