import type * as tfl from '@tensorflow/tfjs-layers';
import { show } from '@googlenet-tooling/shared/show';
import { FormatError } from '../errors';
import { decodeHdf5, decodeHdf5Texts, isHdf5 } from '../hdf5/read';
import { readZip, type ZipOptions } from '../zip';
import { buildModel, malformed } from './build';
import { below, countedWeights, namedWeights } from './weights';

/** Largest config.json that is believed, in bytes. */
const MAX_CONFIG_BYTES = 2 ** 26;

/**
 * A model of built-in layers (and `Lrn`) from a file of Keras: a `.keras` file of Keras 3, or the older `.h5` that `model.save('name.h5')`
 * of Keras 2 and 3 writes. Functional models whose layers are each applied once, sequential ones, and such models within them.
 *
 * @param file - the whole file; which of the two it is shows in its first bytes.
 * @param options - `maxBytes`, the largest weights that are believed.
 * @returns a new model with the file's weights, which the caller disposes. Names that TensorFlow.js does not take are changed.
 * @throws {FormatError} `TRUNCATED`, `MALFORMED`, `TOO_LARGE`, `UNSUPPORTED` that names the layer, `MISMATCH` where weights and layers disagree.
 */
export async function readKeras(file: Uint8Array, options: ZipOptions = {}): Promise<tfl.LayersModel> {
  if (isHdf5(file)) return readH5(file);
  const entries = readZip(file, options);
  const [config, weights] = ['config.json', 'model.weights.h5'].map((name) => entries.get(name));
  if (config === undefined || weights === undefined)
    throw malformed(`a zip file of ${show([...entries.keys()])}`);
  requireConfigSize(config.size);
  const json = parsed(new TextDecoder().decode(await config.read()), 'config.json');
  return buildModel(json, countedWeights(decodeHdf5(await weights.read())));
}

/** A model from an HDF5 file that holds its configuration as an attribute. */
function readH5(file: Uint8Array): tfl.LayersModel {
  const text = decodeHdf5Texts(file).get('model_config');
  if (text === undefined) {
    throw new FormatError(
      'UNSUPPORTED',
      'readKeras: expected an .h5 file of a whole model, got one without model_config, as model.save_weights writes it. Save it with model.save("name.keras").',
    );
  }
  requireConfigSize(text.length);
  const datasets = below(decodeHdf5(file), 'model_weights/');
  return buildModel(parsed(text, 'model_config'), namedWeights(datasets));
}

function requireConfigSize(size: number): void {
  if (size <= MAX_CONFIG_BYTES) return;
  throw new FormatError(
    'TOO_LARGE',
    `readKeras: expected at most ${MAX_CONFIG_BYTES} bytes of configuration, got ${size}. Get the file again.`,
  );
}

function parsed(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new FormatError(
      'MALFORMED',
      `readKeras: expected JSON in ${where}, got something else. Get the file again.`,
      { cause },
    );
  }
}
