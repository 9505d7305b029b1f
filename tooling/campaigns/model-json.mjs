// One or two places of a `model.json` are taken away, renamed or replaced. Whatever comes of it loads or ends in our error: in time, or the whole
// campaign is ended and the file is left in its folder.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { googlenet } from '../../packages/model/dist/index.js';
import { loadModel, saveModel } from '../../packages/model/dist/node.js';

// Registers a backend; TensorFlow.js is the libraries' dependency.
createRequire(new URL('../../packages/model/package.json', import.meta.url))('@tensorflow/tfjs-backend-cpu');

export default async function modelJson({ random, cases, folder }) {
  const model = googlenet({ inputShape: [28, 28, 1], numClasses: 2, widthMultiplier: 1 / 32, seed: 1 });
  await saveModel(model, folder);
  model.dispose();
  const file = join(folder, 'model.json');
  const whole = JSON.parse(readFileSync(file, 'utf8'));
  const failures = [];
  const counts = { changes: cases(60, 3000), loaded: 0, refused: 0 };
  for (let i = 0; i < counts.changes; i++) {
    const changed = structuredClone(whole);
    const what = Array.from({ length: 1 + random.below(2) }, () => {
      const part = changed[random.pick(['modelTopology', 'weightsManifest', 'userDefinedMetadata'])];
      return change(placesOf(part).length > 0 ? part : changed, random);
    });
    writeFileSync(file, JSON.stringify(changed));
    try {
      (await loadModel(folder)).dispose();
      counts.loaded++;
    } catch (error) {
      counts.refused++;
      if (!/^loadModel\(.*expected /s.test(error.message))
        failures.push(`${what.join('; ')}: ${error.message}`);
    }
  }
  return { counts, failures };
}

/** Changes one place below the object, and says which. */
function change(root, random) {
  const places = placesOf(root);
  const { owner, key } = random.pick(places);
  const other = random.pick(places);
  const kinds = {
    'taken away': () => delete owner[key],
    renamed() {
      owner[`${key}x`] = owner[key];
      delete owner[key];
    },
    null: () => (owner[key] = null),
    'a number': () => (owner[key] = random.below(9) - 2),
    'as elsewhere': () => (owner[key] = structuredClone(other.owner[other.key])),
    'a longer text': () => (owner[key] = `${owner[key]}q`),
    'an empty list': () => (owner[key] = []),
    'in a list': () => (owner[key] = [owner[key]]),
  };
  const kind = random.pick(Object.keys(kinds));
  kinds[kind]();
  return `${key} ${kind}`;
}

function placesOf(value) {
  if (typeof value !== 'object' || value === null) return [];
  return Object.keys(value).flatMap((key) => [{ owner: value, key }, ...placesOf(value[key])]);
}
