/*
 * Classifies pictures with the image classification pipeline of transformers.js, from a folder and without network.
 * node run-pipeline.mjs PARENT NAME DTYPE OUT.json PICTURE...
 */
import { writeFileSync } from 'node:fs';
import { importPeer } from './peers.mjs';

const { env, pipeline } = await importPeer('@huggingface/transformers');

const [parent, name, dtype, out, ...pictures] = process.argv.slice(2);
Object.assign(env, {
  allowRemoteModels: false,
  allowLocalModels: true,
  localModelPath: parent,
  useFSCache: false,
});
const classify = await pipeline('image-classification', name, { dtype });
writeFileSync(
  out,
  JSON.stringify(await Promise.all(pictures.map((picture) => classify(picture, { top_k: null })))),
);
