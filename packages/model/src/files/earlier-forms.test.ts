import { gunzipSync } from 'node:zlib';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { fill, fillWeights } from '../../../inception/src/testing/golden';
import { useQuickCpu } from '../../../inception/src/testing/quick-cpu';
import earlier from '../__fixtures__/earlier-models.json';
import '../index';
import { maxDifference, outputs } from '../testing/models';
import { readModelFiles } from './model-files';

/*
 * What the code of those commits saved, a sixteenth of the width, gzipped; their weights are of the formula of the golden files, and the outputs
 * are what that code predicted. The first commit had the modules first; the other is the form of the page's first network.
 */

beforeAll(useQuickCpu);

describe('a model.json of an earlier version', () => {
  it.each(Object.entries(earlier))('%s predicts what it did', async (_, { files, outputs: expected }) => {
    const { modelTopology, weightSpecs } = JSON.parse(
      gunzipSync(Buffer.from(files, 'base64')).toString(),
    ) as Required<tf.io.ModelArtifacts>;
    const numbers = weightSpecs.reduce((sum, { shape }) => sum + tf.util.sizeFromShape(shape), 0);
    const json = { modelTopology, weightsManifest: [{ paths: ['weights.bin'], weights: weightSpecs }] };
    const read = () => Promise.resolve(new Uint8Array(4 * numbers));
    const model = await tfl.loadLayersModel(tf.io.fromMemory(await readModelFiles(json, read)));
    fillWeights(model.weights);
    const x = fill('images', [2, ...(model.inputs[0].shape.slice(1) as number[])], 0, 1);
    const found = outputs(model, x);
    expect(found).toHaveLength(expected.length);
    found.forEach((values, i) => expect(maxDifference(values, expected[i].flat())).toBeLessThan(1e-5));
    model.dispose();
    x.dispose();
  });
});
