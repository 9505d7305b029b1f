/**
 * Pictures in Node: files, folders of pictures as a data set, and the workers that decode them.
 *
 * @packageDocumentation
 */
export { decodeImage, decodeImageSync } from './decode';
