import type * as tf from '@tensorflow/tfjs-core';
import { writeHuggingFace, writeKeras, writeOnnx, writeSafetensors, writeZip } from '@googlenet/formats';
import { modelCard, toModelFiles } from '@googlenet/model';
import { loadModel } from './model-store';
import type { ExportedFile, ExportFormat } from './protocol';

/** Pixels of MNIST become [0, 1]. */
const PREPROCESSING = { scale: 1 / 255 };

/**
 * A network as the files of another tool. This module brings `@googlenet/formats` with it: import it when it is asked for.
 *
 * @param name - what the files are called, without an ending
 */
export async function exportModel(
  artifacts: tf.io.ModelArtifacts,
  format: ExportFormat,
  name: string,
): Promise<ExportedFile[]> {
  if (format === 'tfjs') {
    const files = await toModelFiles({
      ...artifacts,
      format: 'layers-model',
      generatedBy: 'GoogLeNet web demo',
    });
    return [
      { name: 'model.json', bytes: new TextEncoder().encode(files['model.json']) },
      { name: 'weights.bin', bytes: new Uint8Array(files['weights.bin']) },
    ];
  }
  const { classNames: classes, dataset } = modelCard(artifacts) ?? {};
  const model = await loadModel(artifacts);
  try {
    switch (format) {
      case 'onnx':
        return [
          { name: `${name}.onnx`, bytes: await writeOnnx(model, { classes, preprocessing: PREPROCESSING }) },
        ];
      case 'safetensors': {
        const metadata = classes && { classes: JSON.stringify(classes) };
        return [
          {
            name: `${name}.safetensors`,
            bytes: await writeSafetensors(model, { layout: 'pytorch', metadata }),
          },
        ];
      }
      case 'keras':
        return [{ name: `${name}.keras`, bytes: await writeKeras(model) }];
      case 'huggingFace': {
        const record = { variant: 'mnist', dataset };
        const folder = await writeHuggingFace(model, { classes, preprocessing: PREPROCESSING, record });
        const files = [...folder].map(([path, bytes]) => ({ name: `${name}/${path}`, parts: [bytes] }));
        return [{ name: `${name}.zip`, bytes: await writeZip(files) }];
      }
    }
  } finally {
    model.dispose();
  }
}
