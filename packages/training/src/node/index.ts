export { folderStore } from './folder-store';
