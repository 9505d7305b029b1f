import { createRequire } from 'node:module';
import process from 'node:process';
import { platformPackage } from '../node/load-addon';

/** The add-on that the engine loads, for a process that a test starts. */
export function addonPath(): string {
  return (
    process.env.GOOGLENET_ONEDNN_ADDON ??
    createRequire(__filename).resolve(`${platformPackage()}/onednn.node`)
  );
}
