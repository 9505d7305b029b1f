/**
 * Models out and in: the file formats of other tools, read and written in Node and browsers.
 *
 * It knows nothing of data sets, training, engines, or where files lie: writers return bytes, readers take bytes.
 * Start reading at `safetensors/model.ts`, the shortest writer, and `parts.ts` (how a file is put together); each format has a folder of its own.
 *
 * @packageDocumentation
 */
export { decodeCaffeModel, type CaffeFile, type CaffeLayer } from './caffe/file';
export { FormatError, type FormatErrorCode } from './errors';
export { decodeHdf5 } from './hdf5/read';
export { huggingFaceFiles, writeHuggingFace, type HuggingFaceOptions } from './hugging-face';
export { readKeras } from './keras/read';
export { writeKeras } from './keras/write';
export type { ModelCardRecord } from './model-card';
export { readOnnx, type OnnxReadOptions } from './onnx/read';
export {
  decodeOnnx,
  type OnnxAttribute,
  type OnnxDecodeOptions,
  type OnnxFile,
  type OnnxNode,
  type OnnxValue,
} from './onnx/schema';
export type { ExternalData } from './onnx/tensor-proto';
export { writeOnnx, ONNX_OPSET, type OnnxWriteOptions } from './onnx/write';
export type { LazyPart, Part } from './parts';
export type { Preprocessing } from './preprocessing';
export type { Quantization } from './quantize';
export { quantizeArtifacts } from './quantize-artifacts';
export { decodeSafetensors, encodeSafetensors, type SafetensorsFile } from './safetensors/file';
export {
  readSafetensors,
  writeSafetensors,
  type SafetensorsReadOptions,
  type SafetensorsWriteOptions,
} from './safetensors/model';
export { permute, toFloat32 as tensorValues, type Dtype, type FileTensor, type FloatDtype } from './tensors';
export { decodeTorchFile } from './torch/file';
export { readTorch, writeTorch, type TorchWriteOptions } from './torch/write';
export type { WeightLayout } from './weight-names';
export { readZip, writeZip, type ZipEntry, type ZipFile, type ZipOptions } from './zip';
