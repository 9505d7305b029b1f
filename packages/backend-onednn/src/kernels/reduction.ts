import { backend_util, type NamedTensorInfoMap, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { OneDnnBackend } from '../backend';
import { allFloat, define, input } from './define';
import { BINARY, REDUCTION } from './operations';

interface ReductionAttributes {
  axis?: number | number[];
  reductionIndices?: number | number[];
  keepDims?: boolean;
}

/** A shape as `[outer, length, inner]` around the reduced axes, or nothing where they do not lie side by side. */
export function planReduction(shape: number[], axis: number | number[] | undefined) {
  const axes = new Set(util.parseAxisParam(axis ?? shape.map((_, d) => d), shape));
  const plan = { outer: 1, length: 1, inner: 1 };
  for (const [d, size] of shape.entries()) {
    if (size === 1) continue;
    if (!axes.has(d)) plan[plan.length === 1 ? 'outer' : 'inner'] *= size;
    else if (plan.inner === 1) plan.length *= size;
    else return undefined;
  }
  return { ...plan, axes: [...axes] };
}

function reduce(
  backend: OneDnnBackend,
  operation: number,
  inputs: NamedTensorInfoMap,
  attributes: ReductionAttributes,
  average = false,
): TensorInfo | undefined {
  const x = input(inputs, 'x');
  if (!allFloat(x)) return undefined;
  const plan = planReduction(x.shape, attributes.axis ?? attributes.reductionIndices);
  if (plan === undefined) return undefined;
  const [reduced] = backend_util.computeOutAndReduceShapes(x.shape, plan.axes);
  const shape = attributes.keepDims ? backend_util.expandShapeToKeepDim(reduced, plan.axes) : reduced;
  const { info, values } = backend.allocate(shape);
  backend.addon.reduce(operation, backend.floats(x), values, plan.outer, plan.length, plan.inner);
  if (average)
    backend.addon.binary(
      BINARY.Multiply,
      Int32Array.of(values.length, 1, 0),
      values,
      Float32Array.of(1 / plan.length),
      values,
    );
  return info;
}

/** Sum, Mean, Max, Min and Softmax. */
export function registerReductions(): void {
  for (const [name, operation] of Object.entries(REDUCTION))
    define<ReductionAttributes>(name, (backend, inputs, attributes) =>
      reduce(backend, operation, inputs, attributes),
    );
  define<ReductionAttributes>('Mean', (backend, inputs, attributes) =>
    reduce(backend, REDUCTION.Sum, inputs, attributes, true),
  );
  define<{ dim: number }>('Softmax', (backend, inputs, { dim }) => {
    const logits = input(inputs, 'logits');
    const rank = logits.shape.length;
    if (!allFloat(logits) || rank === 0 || (dim !== -1 && dim !== rank - 1)) return undefined;
    const columns = logits.shape[rank - 1];
    const { info, values } = backend.allocate(logits.shape);
    backend.addon.softmax(backend.floats(logits), values, values.length / columns, columns);
    return info;
  });
}
