import type { SavedModel } from './training-protocol';

/** The two files of a saved model, in the format that `loadLayersModel` and the trainer read. */
export function modelFiles({ modelTopology, weights }: SavedModel): { name: string; content: Blob }[] {
  const json = {
    format: 'layers-model',
    generatedBy: 'GoogLeNet web demo',
    modelTopology,
    weightsManifest: [{ paths: ['weights.bin'], weights: weights?.specs ?? [] }],
  };
  return [
    { name: 'model.json', content: new Blob([JSON.stringify(json)], { type: 'application/json' }) },
    {
      name: 'weights.bin',
      content: new Blob([weights?.data ?? new ArrayBuffer(0)], { type: 'application/octet-stream' }),
    },
  ];
}

/** Hands the files to the browser, one download each. */
export function downloadModel(saved: SavedModel): void {
  for (const { name, content } of modelFiles(saved)) {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(content);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }
}
