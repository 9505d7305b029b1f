import * as tfl from '@tensorflow/tfjs-layers';
import { AdaptiveAveragePooling2D } from '@googlenet/model';
import { permute, toFloat32, type FileTensor } from '../tensors';
import { averages } from './averages';
import { integerAttribute } from './constants';
import { arranged, asImage, asIs, CHANNELS_LAST, plain, type Feature } from './feature';
import {
  type Operation,
  type Read,
  unsupported,
  isConstant,
  featureOf,
  constantOf,
  optionalConstant,
  floatOf,
  apply,
  weightShape,
} from './operation';

/*
 * Products with matrices.
 */

/** A dense layer on the last axis. `matrix` is `[inputs, units]`. */
function dense(
  operation: Operation,
  feature: Feature,
  matrix: Float32Array,
  units: number,
  bias: Float32Array | undefined,
): Feature {
  const { name, network } = operation;
  const inputs = matrix.length / units;
  if (feature.shape.at(-1) !== inputs)
    throw unsupported(operation, `a matrix of ${String(feature.shape.at(-1))} rows`, `${inputs}`);
  network.reserve([inputs, units], name);
  const [height, width, channels] = feature.map ?? [];
  const values =
    height === undefined
      ? matrix
      : permute(matrix, [channels, height, width, units] as number[], [1, 2, 0, 3]);
  const source = feature.map ? feature.tensor : plain(network, feature, name);
  const layer = tfl.layers.dense({ name, units, useBias: bias !== undefined, kernelInitializer: 'zeros' });
  const weights = [{ shape: [inputs, units], values }, ...(bias ? [{ shape: [units], values: bias }] : [])];
  return asIs(apply(operation, layer, source, weights));
}

export const gemm: Read = (operation) => {
  const { node } = operation;
  const feature = featureOf(operation);
  const given = constantOf(operation, 1);
  const sizes = weightShape(operation, given, 2);
  if (feature.shape.length !== 2 || integerAttribute(node, 'transA', 0) !== 0)
    throw unsupported(operation, 'rows from the left', feature.shape);
  const isTurned = integerAttribute(node, 'transB', 0) !== 0;
  const [alpha, beta] = [floatOf(operation, 'alpha', 1), floatOf(operation, 'beta', 1)];
  const units = isTurned ? sizes[0] : sizes[1];
  const values = isTurned ? permute(toFloat32(given), sizes, [1, 0]) : toFloat32(given);
  const addend = optionalConstant(operation, 2);
  return dense(
    operation,
    feature,
    alpha === 1 ? values : values.map((value) => value * alpha),
    units,
    addend && biasOf(operation, addend, units)?.map((value) => value * beta),
  );
};

/** A bias for each unit from numbers that ONNX repeats over the rows; undefined where they differ from row to row. */
function repeated({ shape, ...rest }: FileTensor, units: number): Float32Array | undefined {
  const values = toFloat32({ shape, ...rest });
  if (values.length === 1) return new Float32Array(units).fill(values[0]);
  return values.length === units && shape.at(-1) === units ? values : undefined;
}

function biasOf(operation: Operation, tensor: FileTensor, units: number): Float32Array {
  const bias = repeated(tensor, units);
  if (bias === undefined) throw unsupported(operation, `${units} numbers to add`, tensor.shape);
  return bias;
}

export const matMul: Read = (operation) => {
  if (isConstant(operation.inputs[0])) return adaptivePool(operation);
  const given = constantOf(operation, 1);
  const [, units] = weightShape(operation, given, 2);
  const addend = biasAfter(operation, units);
  if (addend) operation.takeNext();
  return dense(operation, featureOf(operation), toFloat32(given), units, addend);
};

/** Numbers that the next operation adds to each unit. */
function biasAfter({ node, next, constantNamed }: Operation, units: number): Float32Array | undefined {
  if (next?.opType !== 'Add' || next.domain !== undefined) return undefined;
  const addend = constantNamed(next.inputs.find((name) => name !== node.outputs[0]) ?? '');
  return addend && addend.shape.length <= 2 ? repeated(addend, units) : undefined;
}

/** An adaptive average pool as `writeOnnx` has it: products with matrices of averages from the left and from the right. */
function adaptivePool(operation: Operation): Feature {
  const { node, next, constantNamed, name } = operation;
  const rows = constantOf(operation, 0);
  const feature = featureOf(operation, 1);
  const columns =
    next?.opType === 'MatMul' && next.inputs[0] === node.outputs[0]
      ? constantNamed(next.inputs[1])
      : undefined;
  const [, , height, width] = feature.shape;
  const isPool =
    feature.shape.length === 4 &&
    height !== null &&
    width !== null &&
    columns?.shape.length === 2 &&
    rows.shape.length === 2 &&
    rows.shape[1] === height &&
    columns.shape[0] === width &&
    holdsAverages(toFloat32(rows), height, rows.shape[0]) &&
    holdsAverages(permute(toFloat32(columns), columns.shape, [1, 0]), width, columns.shape[1]);
  if (!isPool) throw unsupported(operation, 'a constant from the right', 'one from the left');
  operation.takeNext();
  const image = arranged(operation.network, feature, CHANNELS_LAST, name);
  const outputSize: [number, number] = [rows.shape[0], columns.shape[1]];
  return asImage(
    apply(operation, new AdaptiveAveragePooling2D({ name, outputSize }), image),
    feature.isPositive,
  );
}

const holdsAverages = (matrix: Float32Array, size: number, bins: number): boolean =>
  averages(size, bins).every((value, i) => value === matrix[i]);
