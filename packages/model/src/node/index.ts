/**
 * Layers models in folders of a disk, for Node without tfjs-node: `model.json` and `weights.bin`, checked.
 *
 * @packageDocumentation
 */
export { registerFileScheme } from './file-scheme';
export { loadModel, saveModel } from './folder-model';
