import { OPTIONAL_KERNELS } from '@googlenet-tooling/shared/optional-kernels';
import type * as tf from '@tensorflow/tfjs-core';
import type { WasmBackend } from '../backend';
import { normalizeTrain } from './batch-norm';
import { convolve } from './conv-plan';
import type { Pixels } from './conv-shape';
import {
  joinedShape,
  MODULES,
  normOf,
  poolModule,
  readModule,
  slice,
  type Module,
  type Unit,
} from './inception-plan';
import { copyRows } from './layout';
import type { Kernel, KernelReplacement } from './register';

/**
 * The kernels of the joined 1x1 units side by side: [in, all filters].
 *
 * @returns its address, and whether it has to be released
 */
export function joinKernels(backend: WasmBackend, module: Module): { pointer: number; owned: boolean } {
  if (module.joined.length === 1) return { pointer: module.joined[0].kernel, owned: false };
  const { inChannels, joinedFilters } = module;
  const pointer = backend.runtime.heap.allocate(inChannels * joinedFilters * 4, 'joined kernels');
  let to = pointer;
  for (const { kernel, filters } of module.joined) {
    copyRows(backend, kernel, filters, to, joinedFilters, filters, inChannels);
    to += filters * 4;
  }
  return { pointer, owned: true };
}

/**
 * A whole Inception module in training mode: nothing is concatenated or sliced, every branch writes its part of the output.
 *
 * Saved for the gradient, in this order: the joined convolution's output; for each chain what its units read and put out
 * before the batch norm, where nobody else has it.
 */
const inceptionTrain: Kernel = (args) => {
  const { inputs, backend } = args;
  const module = readModule(args);
  const { rows, inChannels, outChannels, joinedFilters, epsilon, relu } = module;
  const y = backend.output([module.batch, module.height, module.width, outChannels]);
  const statistics = module.units.map(
    ({ filters }) => [backend.output([filters]), backend.output([filters])] as const,
  );
  const saved: tf.TensorInfo[] = [];
  const save = (shape: number[]): tf.TensorInfo => {
    const tensor = backend.output(shape);
    saved.push(tensor);
    return tensor;
  };
  const normalize = (unit: Unit, from: Pixels, to: Pixels) => {
    const norm = normOf(backend, inputs, unit, ...statistics[unit.index]);
    normalizeTrain(backend, rows, unit.filters, from, to, norm, epsilon, relu);
  };

  const x = slice(backend.pointer(inputs.x), inChannels);
  const out = (offset: number) => slice(backend.pointer(y), outChannels, offset);
  const targetOf = ({ outputChannel, outShape, filters }: Unit): Pixels =>
    outputChannel === undefined ? slice(backend.pointer(save(outShape)), filters) : out(outputChannel);
  const kernels = joinKernels(backend, module);
  const z = slice(
    backend.pointer(save([module.batch, module.height, module.width, joinedFilters])),
    joinedFilters,
  );
  convolve(backend, joinedShape(module), x, kernels.pointer, z);
  if (kernels.owned) backend.runtime.heap.release(kernels.pointer);

  const sources = new Map<Unit['source'], Pixels>([['input', x]]);
  let offset = 0;
  for (const unit of module.joined) {
    const target = targetOf(unit);
    normalize(unit, slice(z.pointer, joinedFilters, offset), target);
    sources.set(unit.index, target);
    offset += unit.filters;
  }
  const pooled = save(inputs.x.shape);
  poolModule(backend, module, x.pointer, backend.pointer(pooled));
  sources.set('pooled', slice(backend.pointer(pooled), inChannels));

  for (const chain of module.chains) {
    let from = sources.get(chain.source) ?? x;
    for (const unit of chain.units) {
      const before = slice(backend.pointer(save(unit.outShape)), unit.filters);
      convolve(backend, unit.shape, from, unit.kernel, before);
      const target = targetOf(unit);
      normalize(unit, before, target);
      from = target;
    }
    if (chain.units.length === 0) {
      const to = out(chain.offset);
      copyRows(backend, from.pointer, from.stride, to.pointer, to.stride, inChannels, rows);
    }
  }
  return [y, ...statistics.flat(), ...saved];
};

export const inceptionKernels: readonly KernelReplacement[] = [
  { kernelName: OPTIONAL_KERNELS.inceptionTrain, accepts: MODULES, kernelFunc: inceptionTrain },
];
