import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { FormatError, permute, tensorValues, type FileTensor } from '@googlenet/formats';
import type { Layout, TableRow, WeightTable } from './tables/table';

/** How many problems an error lists. */
const MAX_LISTED = 60;

/** The weights of a model by name, `LAYER/UNIT/weight`. */
export function weightsOf(model: tfl.LayersModel): Map<string, tfl.LayerVariable> {
  return new Map(
    model.layers.flatMap((layer) =>
      layer.weights.map((weight): [string, tfl.LayerVariable] => {
        const own = weight.originalName;
        return [own.startsWith(`${layer.name}/`) ? own : `${layer.name}/${own}`, weight];
      }),
    ),
  );
}

export interface ApplyOptions {
  /** Function name in messages. */
  where: string;
  /** Leaves the last layer of each head as it is, for other classes than the file's. */
  keepHeads?: boolean;
}

/**
 * Gives a model the weights of a file by a table: every weight once, all of them or none.
 *
 * @throws {FormatError} `MISMATCH`, listing every weight that the file lacks, every one of another shape, and everything in the file that
 * has no place.
 */
export function applyTable(
  model: tfl.LayersModel,
  tensors: ReadonlyMap<string, FileTensor>,
  table: WeightTable,
  { where, keepHeads = false }: ApplyOptions,
): void {
  const variables = weightsOf(model);
  const problems: string[] = [];
  const set = new Map<string, { row: TableRow; tensor: FileTensor; variable: tfl.LayerVariable }>();
  for (const row of table.rows) {
    const variable = variables.get(row.target);
    if (row.head && keepHeads) continue;
    if (!variable) {
      if (!row.auxiliary) problems.push(`${row.target}: the model has no such weight`);
      continue;
    }
    const tensor = tensors.get(row.source);
    if (!tensor) problems.push(`${row.target}: missing from the file as ${JSON.stringify(row.source)}`);
    else if (set.has(row.target)) problems.push(`${row.target}: twice in the table`);
    else {
      const expected = shapeInFile(variable.shape as number[], row, table);
      if (sameShape(expected, tensor.shape)) set.set(row.target, { row, tensor, variable });
      else
        problems.push(
          `${row.target}: expected ${JSON.stringify(row.source)} of shape [${expected.join(', ')}], got [${tensor.shape.join(', ')}]`,
        );
    }
  }
  const known = new Set(table.rows.map(({ source }) => source));
  for (const name of tensors.keys()) {
    if (!known.has(name) && !table.ignored?.(name))
      problems.push(`${JSON.stringify(name)}: no place in the model`);
  }
  const targets = new Set(table.rows.map(({ target }) => target));
  for (const name of variables.keys()) {
    if (!targets.has(name)) problems.push(`${name}: no source in the table ${table.name}`);
  }
  if (problems.length > 0) throw mismatch(where, table, problems);
  for (const { row, tensor, variable } of set.values()) {
    tf.tidy(() => {
      const values = toOurLayout(tensorValues(tensor), variable.shape as number[], row, table);
      variable.write(tf.tensor(values, variable.shape as number[]));
    });
  }
}

function mismatch(where: string, table: WeightTable, problems: readonly string[]): FormatError {
  const shown = problems.slice(0, MAX_LISTED).map((problem) => `\n  ${problem}`);
  const more = problems.length > MAX_LISTED ? `\n  and ${problems.length - MAX_LISTED} more` : '';
  return new FormatError(
    'MISMATCH',
    `${where}: expected a file of ${table.name} weights that fits the model, got ${problems.length} that ${problems.length === 1 ? 'does' : 'do'} not. Choose the variant and heads that the file was written for.${shown.join('')}${more}`,
  );
}

/** The shape that a weight of the model has in the file. */
export function shapeInFile(
  shape: readonly number[],
  { layout, head }: TableRow,
  table: WeightTable,
): number[] {
  const own = [...shape];
  if (head) own[own.length - 1] += table.backgroundClasses ?? 0;
  switch (layout) {
    case 'OIHW':
      return [own[3], own[2], own[0], own[1]];
    case 'OI':
    case 'OI flat':
      return [own[1], own[0]];
    case 'HWIO dense':
      return [1, 1, ...own];
    case 'HWIO':
    case 'IO':
    case 'vector':
      return own;
  }
}

/** Equal but for leading axes of 1, which old Caffe files put before everything. */
function sameShape(a: readonly number[], b: readonly number[]): boolean {
  const trim = (shape: readonly number[]) =>
    shape.slice(
      Math.max(
        0,
        shape.findIndex((size) => size !== 1),
      ),
    );
  const [x, y] = [trim(a), trim(b)];
  return x.length === y.length && x.every((size, axis) => size === y[axis]);
}

function toOurLayout(
  values: Float32Array,
  shape: readonly number[],
  { layout, head }: TableRow,
  table: WeightTable,
): Float32Array {
  const background = head ? (table.backgroundClasses ?? 0) : 0;
  if (background > 0) return withoutFirst(values, shape[shape.length - 1], background);
  return layoutChange(values, shape, layout);
}

/** Rows of `kept + dropped` numbers without the first of each. */
function withoutFirst(values: Float32Array, kept: number, dropped: number): Float32Array {
  const width = kept + dropped;
  const result = new Float32Array((values.length / width) * kept);
  for (let row = 0; row * width < values.length; row++)
    result.set(values.subarray(row * width + dropped, (row + 1) * width), row * kept);
  return result;
}

function layoutChange(values: Float32Array, shape: readonly number[], layout: Layout): Float32Array {
  switch (layout) {
    case 'OIHW': {
      const [height, width, input, output] = shape;
      return permute(values, [output, input, height, width], [2, 3, 1, 0]);
    }
    case 'OI':
      return permute(values, [shape[1], shape[0]], [1, 0]);
    case 'OI flat':
      // Behind a map of [channels, 4, 4] there, [4, 4, channels] here.
      return permute(values, [shape[1], shape[0] / 16, 4, 4], [2, 3, 1, 0]);
    case 'HWIO':
    case 'HWIO dense':
    case 'IO':
    case 'vector':
      return values.slice();
  }
}
