/**
 * Checkpoints in folders of a disk, for Node.
 *
 * @packageDocumentation
 */

export { folderStore } from './folder-store';
