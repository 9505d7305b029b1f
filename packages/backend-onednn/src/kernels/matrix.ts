import { backend_util, type NamedTensorInfoMap, util } from '@tensorflow/tfjs-core';
import type { OneDnnBackend } from '../backend';
import { type Activation, applyActivation, isPointwiseActivation } from './activation';
import { allFloat, define, input } from './define';
import { BINARY } from './operations';

interface MatrixAttributes {
  transposeA: boolean;
  transposeB: boolean;
}

interface FusedAttributes extends MatrixAttributes {
  activation: Activation;
  leakyreluAlpha?: number;
}

function product(
  backend: OneDnnBackend,
  inputs: NamedTensorInfoMap,
  { transposeA, transposeB }: MatrixAttributes,
) {
  const a = input(inputs, 'a');
  const b = input(inputs, 'b');
  if (!allFloat(a, b) || a.shape.length < 2 || b.shape.length < 2) return undefined;
  const outerA = a.shape.slice(0, -2);
  const outerB = b.shape.slice(0, -2);
  const batchA = util.sizeFromShape(outerA);
  const batchB = util.sizeFromShape(outerB);
  if (batchA !== 1 && batchB !== 1 && !util.arraysEqual(outerA, outerB)) return undefined;
  const [rowsA, columnsA] = a.shape.slice(-2);
  const [rowsB, columnsB] = b.shape.slice(-2);
  const [m, inner] = transposeA ? [columnsA, rowsA] : [rowsA, columnsA];
  const [innerB, n] = transposeB ? [columnsB, rowsB] : [rowsB, columnsB];
  if (inner !== innerB) return undefined;
  const { info, values } = backend.allocate([
    ...backend_util.assertAndGetBroadcastShape(outerA, outerB),
    m,
    n,
  ]);
  const shape = Int32Array.of(batchA, batchB, m, inner, n);
  backend.addon.matMul(
    shape,
    backend.floats(a),
    backend.floats(b),
    values,
    transposeA ? 1 : 0,
    transposeB ? 1 : 0,
  );
  return { info, values, n };
}

/** BatchMatMul and its fused form. */
export function registerMatrices(): void {
  define<MatrixAttributes>(
    'BatchMatMul',
    (backend, inputs, attributes) => product(backend, inputs, attributes)?.info,
  );
  define<FusedAttributes>('_FusedMatMul', (backend, inputs, attributes) => {
    const { bias, preluActivationWeights } = inputs;
    if (
      preluActivationWeights !== undefined ||
      !isPointwiseActivation(attributes.activation) ||
      !allFloat(bias)
    )
      return undefined;
    const n = input(inputs, 'b').shape.at(attributes.transposeB ? -2 : -1);
    if (bias !== undefined && (util.sizeFromShape(bias.shape) !== n || bias.shape.at(-1) !== n))
      return undefined;
    const result = product(backend, inputs, attributes);
    if (result === undefined) return undefined;
    const { info, values } = result;
    if (bias !== undefined) {
      const layout = Int32Array.of(values.length / result.n, result.n, result.n, 1, 0, 1);
      backend.addon.binary(BINARY.Add, layout, values, backend.floats(bias), values);
    }
    applyActivation(backend, values, attributes.activation, attributes.leakyreluAlpha);
    return info;
  });
}
