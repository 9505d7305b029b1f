import { isObject } from '@googlenet-tooling/shared/checks';
import * as tf from '@tensorflow/tfjs-core';
import { fileURLToPath } from 'node:url';
import { readGraphFiles, readModelFiles, toModelFiles } from '../files/model-files';
import { openModel, writeFolder } from './folder-model';

const SCHEME = 'file://';

/**
 * Makes `file://` addresses work in Node without tfjs-node: `tf.loadLayersModel`, `tf.loadGraphModel` and `model.save`, with any engine.
 *
 * To load, the address is of a `model.json` or its folder; to save, of the folder. What is loaded is checked as `loadModel` does.
 * `file:///absolute/path` and, as tfjs-node has it, `file://relative/path`. A second call, or tfjs-node beside it, changes nothing.
 */
export function registerFileScheme(): void {
  if (tf.io.getLoadHandlers(SCHEME).length === 0)
    tf.io.registerLoadRouter((url) => {
      const path = pathOf(url);
      return path === undefined ? (null as unknown as tf.io.IOHandler) : { load: () => load(path) };
    });
  if (tf.io.getSaveHandlers(SCHEME).length === 0)
    tf.io.registerSaveRouter((url) => {
      const path = pathOf(url);
      return path === undefined
        ? (null as unknown as tf.io.IOHandler)
        : { save: (artifacts) => save(path, artifacts) };
    });
}

/** The path that an address of this scheme is of. */
function pathOf(url: string | string[]): string | undefined {
  if (typeof url !== 'string' || !url.startsWith(SCHEME)) return undefined;
  return url.startsWith(`${SCHEME}/`) ? fileURLToPath(url) : url.slice(SCHEME.length);
}

async function load(path: string): Promise<tf.io.ModelArtifacts> {
  const { json, read } = openModel(path);
  const graph = isObject(json) && json.format === 'graph-model';
  return graph ? readGraphFiles(json, read) : readModelFiles(json, read);
}

async function save(folder: string, artifacts: tf.io.ModelArtifacts): Promise<tf.io.SaveResult> {
  writeFolder(folder, await toModelFiles(artifacts));
  return {
    modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts),
  };
}
