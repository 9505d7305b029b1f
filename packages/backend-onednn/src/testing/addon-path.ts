import { createRequire } from 'node:module';
import { addonModule } from '../node/load-addon';

/** The file of the add-on that the engine loads, for a process that a test starts. */
export const addonPath = (): string => createRequire(__filename).resolve(addonModule());
