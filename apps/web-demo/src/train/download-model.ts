import { network } from '../state/network';
import { EXPORT_FORMATS, type ExportFormat } from '../worker/protocol';
import type { SavedModel } from './training-protocol';

export { EXPORT_FORMATS as exportFormats, type ExportFormat };

/** What a visitor is told of each format. */
export const FORMAT_NAMES: Record<ExportFormat, { title: string; use: string }> = {
  tfjs: { title: 'TensorFlow.js', use: 'model.json and weights.bin, for this page, the trainer, any page' },
  onnx: { title: 'ONNX', use: 'for onnxruntime and most other programs' },
  safetensors: { title: 'safetensors', use: "weights alone, with PyTorch's names" },
  keras: { title: 'Keras 3', use: 'for keras.models.load_model' },
  huggingFace: { title: 'Hugging Face', use: 'a folder for transformers.js, zipped' },
};

/** Writes a network as the files of a format, in the worker, and hands them to the browser, one download each. */
export async function downloadModel(saved: SavedModel, format: ExportFormat, name: string): Promise<void> {
  for (const { name: fileName, bytes } of await network.export(saved, format, fileNameOf(name))) {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([bytes], { type: 'application/octet-stream' }));
    link.download = fileName;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }
}

/** A run's name as a file's, on every system: `width-1-8-500-images`. */
export function fileNameOf(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/(\d),(?=\d)/g, '$1')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '');
  return plain || 'googlenet';
}
