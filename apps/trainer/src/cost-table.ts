import type { SummaryRow } from '@googlenet/model';

/** What a part of a network costs: a module, a convolution with its batch norm, or a layer by itself. */
export interface Cost {
  readonly name: string;
  /** `28x28x64`, of its last layer. */
  readonly output: string;
  readonly parameters: number;
  /** Multiply-accumulates for one image. */
  readonly macs: number;
}

/** Layers in the standard form belong to what their names begin with: `inception_3a_1x1_conv`, `conv1_bn`. */
function partOf(name: string): string {
  return /^inception_\d[a-z]/.exec(name)?.[0] ?? name.replace(/_(conv|bn|relu)$/, '');
}

/** The costs of a network's parts, in the order in which they compute. */
export function costsOf(rows: readonly SummaryRow[]): Cost[] {
  const parts = new Map<string, Cost>();
  for (const row of rows) {
    const name = partOf(row.name);
    const { parameters, macs } = parts.get(name) ?? { parameters: 0, macs: 0 };
    parts.set(name, {
      name,
      output: row.outputShape
        .slice(1)
        .map((size) => size ?? '?')
        .join('x'),
      parameters: parameters + row.parameters,
      macs: macs + row.macs,
    });
  }
  return [...parts.values()];
}
