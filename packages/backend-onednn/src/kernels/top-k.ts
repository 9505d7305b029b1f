import { topKReplacement } from '@googlenet-tooling/shared/top-k';
import type { OneDnnBackend } from '../backend';
import type { KernelReplacement } from './register';

/** The largest values of each row, selected in JavaScript. */
export const topK: readonly KernelReplacement[] = [
  topKReplacement<OneDnnBackend>((backend, x) =>
    x.dtype === 'int32' ? (backend.data.get(x.dataId).values as Int32Array) : backend.floats(x),
  ),
];
