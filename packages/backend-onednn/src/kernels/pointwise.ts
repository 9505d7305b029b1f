import type { NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import type { OneDnnBackend } from '../backend';
import { planBroadcast } from './broadcast';
import { allFloat, define, input } from './define';
import { BINARY, UNARY } from './operations';

function binary(
  backend: OneDnnBackend,
  operation: number,
  a: TensorInfo,
  b: TensorInfo,
): TensorInfo | undefined {
  const plan = allFloat(a, b) ? planBroadcast(a.shape, b.shape) : undefined;
  if (plan === undefined) return undefined;
  const { info, values } = backend.allocate(plan.outShape);
  backend.addon.binary(operation, plan.layout, backend.floats(a), backend.floats(b), values);
  return info;
}

function unary(
  backend: OneDnnBackend,
  operation: number,
  x: TensorInfo,
  low: number,
  high: number,
): TensorInfo | undefined {
  if (!allFloat(x)) return undefined;
  const { info, values } = backend.allocate(x.shape);
  backend.addon.unary(operation, backend.floats(x), values, low, high);
  return info;
}

function addN(backend: OneDnnBackend, inputs: NamedTensorInfoMap): TensorInfo | undefined {
  const tensors = Object.values(inputs) as TensorInfo[];
  if (tensors.length < 2 || !allFloat(...tensors)) return undefined;
  const { info, values } = backend.allocate(tensors[0].shape);
  const layout = Int32Array.of(values.length, 1, 1);
  backend.addon.binary(BINARY.Add, layout, backend.floats(tensors[0]), backend.floats(tensors[1]), values);
  for (const tensor of tensors.slice(2))
    backend.addon.binary(BINARY.Add, layout, values, backend.floats(tensor), values);
  return info;
}

interface UnaryAttributes {
  alpha?: number;
  clipValueMin?: number;
  clipValueMax?: number;
}

/** Elementwise kernels of one and two tensors, and AddN. */
export function registerPointwise(): void {
  for (const [name, operation] of Object.entries(BINARY))
    define(name, (backend, inputs) => binary(backend, operation, input(inputs, 'a'), input(inputs, 'b')));
  for (const [name, operation] of Object.entries(UNARY))
    define<UnaryAttributes | undefined>(name, (backend, inputs, attributes) =>
      unary(
        backend,
        operation,
        input(inputs, 'x'),
        attributes?.clipValueMin ?? attributes?.alpha ?? 0,
        attributes?.clipValueMax ?? 0,
      ),
    );
  define('AddN', addN);
}
