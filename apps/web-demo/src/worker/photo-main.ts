import { expose } from 'comlink';
import { PhotoWorker } from './photo-worker';

expose(new PhotoWorker());
