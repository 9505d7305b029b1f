import { CAFFE_TABLE, ONNX_ZOO_TABLE } from './caffe';
import { SLIM_TABLE } from './slim';
import type { WeightTable } from './table';
import { TORCHVISION_TABLE } from './torchvision';

/** The tables by name. */
export const TABLES: Readonly<Record<string, WeightTable>> = Object.fromEntries(
  [CAFFE_TABLE, ONNX_ZOO_TABLE, TORCHVISION_TABLE, SLIM_TABLE].map((table) => [table.name, table]),
);

/** A table of which a file has the first weight, if there is one. */
export function tableOf(names: { has(name: string): boolean }): WeightTable | undefined {
  return Object.values(TABLES).find(({ rows }) => names.has(rows[0].source));
}
