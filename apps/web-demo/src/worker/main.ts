import { expose } from 'comlink';
import { NetworkWorker } from './network-worker';

expose(new NetworkWorker());
