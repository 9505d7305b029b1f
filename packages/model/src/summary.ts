import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { outputOf } from './heads';

/** One layer of a summary. */
export interface SummaryRow {
  name: string;
  className: string;
  /** Batch first, `null` where unknown. */
  outputShape: tfl.Shape;
  parameters: number;
  /** Multiply-accumulates for one image, of convolutions and dense layers. */
  macs: number;
}

export interface Summary {
  rows: SummaryRow[];
  totals: {
    parameters: number;
    trainable: number;
    nonTrainable: number;
    macs: number;
  };
  /** The same as an aligned table. */
  toString(): string;
}

const parametersOf = (weights: readonly tfl.LayerVariable[]) =>
  weights.reduce((sum, weight) => sum + tf.util.sizeFromShape(weight.shape as number[]), 0);
const sumOf = (rows: readonly SummaryRow[], field: 'parameters' | 'macs') =>
  rows.reduce((sum, row) => sum + row[field], 0);

/**
 * What the model consists of and costs.
 *
 * A kernel is used once at each place of its layer's output, so a layer's multiply-accumulates are its
 * kernels' sizes times height times width; bias, batch norm and pooling are not counted.
 * @param model - any model whose convolutions are not transposed; batch size is left out of the costs
 */
export function summarize(model: tfl.LayersModel): Summary {
  const rows = model.layers.map((layer): SummaryRow => {
    const outputShape = outputOf(model, layer.name).shape;
    const places = outputShape.length === 4 ? (outputShape[1] ?? 0) * (outputShape[2] ?? 0) : 1;
    const kernels = layer.weights.filter((weight) => /(^|\/)kernel$/.test(weight.originalName));
    return {
      name: layer.name,
      className: layer.getClassName(),
      outputShape,
      parameters: parametersOf(layer.weights),
      macs: parametersOf(kernels) * places,
    };
  });
  const trainable = parametersOf(model.trainableWeights);
  const parameters = sumOf(rows, 'parameters');
  const totals = { parameters, trainable, nonTrainable: parameters - trainable, macs: sumOf(rows, 'macs') };
  return { rows, totals, toString: () => table(rows, totals) };
}

function table(rows: SummaryRow[], totals: Summary['totals']): string {
  const number = (value: number) => value.toLocaleString('en-US');
  const shape = (dims: tfl.Shape) =>
    dims
      .slice(1)
      .map((dim) => dim ?? '?')
      .join('x');
  const cells = [
    ['layer', 'type', 'output', 'parameters', 'MACs'],
    ...rows.map((row) => [
      row.name,
      row.className,
      shape(row.outputShape),
      number(row.parameters),
      number(row.macs),
    ]),
    ['total', '', '', number(totals.parameters), number(totals.macs)],
  ];
  const widths = cells[0].map((_, column) => Math.max(...cells.map((line) => line[column].length)));
  const lines = cells.map((line) =>
    line
      .map((text, column) => (column < 3 ? text.padEnd(widths[column]) : text.padStart(widths[column])))
      .join('  ')
      .trimEnd(),
  );
  const rule = '-'.repeat(widths.reduce((sum, width) => sum + width + 2, -2));
  lines.splice(1, 0, rule);
  lines.splice(-1, 0, rule);
  lines.push(
    `${number(totals.trainable)} trainable, ${number(totals.nonTrainable)} not trainable (moving statistics)`,
  );
  return lines.join('\n');
}
