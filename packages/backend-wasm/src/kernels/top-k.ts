import { topKReplacement } from '@googlenet-tooling/shared/top-k';
import type { WasmBackend } from '../backend';
import type { KernelReplacement } from './register';

export const topKKernels: readonly KernelReplacement[] = [
  topKReplacement<WasmBackend>((backend, x) => backend.numbers(x)),
];
