import { OPTIONAL_KERNELS } from '@googlenet-tooling/shared/optional-kernels';
import { Finish } from '../../assembly/blocks';
import { normalizeGradient } from './batch-norm';
import { convolveFilterGradient, convolveInputGradient } from './conv-plan';
import type { Pixels } from './conv-shape';
import {
  checkGradientInputs,
  joinedShape,
  MODULES,
  normOf,
  poolModule,
  readModule,
  slice,
  type Unit,
} from './inception-plan';
import { joinKernels } from './inception-train';
import { copyRows } from './layout';
import type { Kernel, KernelReplacement } from './register';

/**
 * The gradients of `InceptionTrain`: dx, then kernel, gamma and beta of every unit.
 *
 * dx begins as the pooled branch's; the others are added to it by the convolutions themselves.
 */
const inceptionTrainGrad: Kernel = (args) => {
  const { inputs, backend } = args;
  const { heap } = backend.runtime;
  const module = readModule(args);
  const { rows, inChannels, outChannels, joinedFilters, joined, epsilon, relu } = module;
  checkGradientInputs(module, inputs);
  const dx = backend.output(inputs.x.shape);
  const gradients = module.units.map((unit) => ({
    kernel: backend.output(inputs[`kernel${unit.index}`].shape),
    gamma: backend.output([unit.filters]),
    beta: backend.output([unit.filters]),
  }));
  let next = 0;
  const saved = () => backend.pointer(inputs[`saved${next++}`]);
  const temporaries: number[] = [];
  const temporary = (channels: number): Pixels => {
    const pointer = heap.allocate(rows * channels * 4, 'a gradient');
    temporaries.push(pointer);
    return slice(pointer, channels);
  };
  const denormalize = (unit: Unit, before: Pixels, dAfter: Pixels, dBefore: Pixels) => {
    const norm = normOf(backend, inputs, unit, inputs[`mean${unit.index}`], inputs[`variance${unit.index}`]);
    const { gamma, beta } = gradients[unit.index];
    const to = { gamma: backend.pointer(gamma), beta: backend.pointer(beta) };
    normalizeGradient(backend, rows, unit.filters, before, dAfter, dBefore, norm, to, epsilon, relu);
  };

  const x = slice(backend.pointer(inputs.x), inChannels);
  const dxPixels = slice(backend.pointer(dx), inChannels);
  const y = (offset: number) => slice(backend.pointer(inputs.y), outChannels, offset);
  const dy = (offset: number) => slice(backend.pointer(inputs.dy), outChannels, offset);
  const z = slice(saved(), joinedFilters);
  const activations = new Map<number, Pixels>();
  const dJoined = new Map<number, Pixels>();
  for (const { index, outputChannel, filters } of joined) {
    if (outputChannel === undefined) activations.set(index, slice(saved(), filters));
    else dJoined.set(index, dy(outputChannel));
  }
  const pooled = slice(saved(), inChannels);

  const dPooled = temporary(inChannels);
  // What is added to dx has to wait until the pooled branch, whose gradient comes last, has set it.
  const later: (() => void)[] = [];
  for (const chain of module.chains) {
    const { source, units } = chain;
    const stages = units.map((unit, i) => ({
      unit,
      before: slice(saved(), unit.filters),
      after: i === units.length - 1 ? y(chain.offset) : slice(saved(), unit.filters),
    }));
    let d = dy(chain.offset);
    for (let i = stages.length - 1; i >= 0; i--) {
      const { unit, before } = stages[i];
      const { inChannels: channels } = unit.shape;
      const dBefore = temporary(unit.filters);
      denormalize(unit, before, d, dBefore);
      const sourceActivation =
        source === 'pooled' ? pooled : source === 'input' ? x : activations.get(source);
      const from = i > 0 ? stages[i - 1].after : (sourceActivation ?? x);
      convolveFilterGradient(
        backend,
        unit.shape,
        from,
        dBefore,
        backend.pointer(gradients[unit.index].kernel),
      );
      if (i === 0 && source === 'input') {
        later.push(() =>
          convolveInputGradient(backend, unit.shape, dBefore, unit.kernel, dxPixels, Finish.Accumulate),
        );
      } else {
        d = i === 0 && source === 'pooled' ? dPooled : temporary(channels);
        convolveInputGradient(backend, unit.shape, dBefore, unit.kernel, d);
        if (i === 0 && typeof source === 'number') dJoined.set(source, d);
      }
    }
    if (units.length === 0)
      copyRows(backend, d.pointer, d.stride, dPooled.pointer, inChannels, inChannels, rows);
  }
  poolModule(backend, module, x.pointer, dPooled.pointer, dxPixels.pointer);
  for (const add of later) add();

  const dz = temporary(joinedFilters);
  let offset = 0;
  for (const unit of joined) {
    const part = (pixels: Pixels) => slice(pixels.pointer, joinedFilters, offset);
    const d = dJoined.get(unit.index);
    if (d) denormalize(unit, part(z), d, part(dz));
    offset += unit.filters;
  }
  const dKernels =
    joined.length === 1
      ? backend.pointer(gradients[joined[0].index].kernel)
      : heap.allocate(inChannels * joinedFilters * 4, 'joined kernels');
  convolveFilterGradient(backend, joinedShape(module), x, dz, dKernels);
  if (joined.length > 1) {
    let from = dKernels;
    for (const { index, filters } of joined) {
      copyRows(
        backend,
        from,
        joinedFilters,
        backend.pointer(gradients[index].kernel),
        filters,
        filters,
        inChannels,
      );
      from += filters * 4;
    }
    heap.release(dKernels);
  }
  const kernels = joinKernels(backend, module);
  convolveInputGradient(backend, joinedShape(module), dz, kernels.pointer, dxPixels, Finish.Accumulate);
  if (kernels.owned) heap.release(kernels.pointer);
  for (const pointer of temporaries) heap.release(pointer);
  return [dx, ...gradients.flatMap(({ kernel, gamma, beta }) => [kernel, gamma, beta])];
};

export const inceptionGradientKernels: readonly KernelReplacement[] = [
  { kernelName: OPTIONAL_KERNELS.inceptionTrainGrad, accepts: MODULES, kernelFunc: inceptionTrainGrad },
];
