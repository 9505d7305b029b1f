import { decimal } from '../ui/format';
import type { WindowValue } from './pixel-sum';

interface Props {
  /** Row by row. */
  values: readonly WindowValue[];
  columns: number;
  /** The magnitude that has the full colour. */
  largest: number;
  label: string;
  /** The cell that is framed. */
  marked?: number;
}

/** A small table of numbers, coloured by sign and size. */
export function NumberGrid({ values, columns, largest, label, marked }: Props) {
  const spoken = values.map((value) => (value === undefined ? 'outside' : decimal(value, 2))).join(', ');
  return (
    <span
      class={`number-grid${columns === 1 ? ' single' : ''}`}
      role="img"
      aria-label={`${label}: ${spoken}`}
      style={{ '--columns': columns }}
    >
      {values.map((value, i) => (
        <span
          key={i}
          class={`number ${value === undefined ? 'outside' : value < 0 ? 'negative' : ''} ${i === marked ? 'marked' : ''}`}
          style={{ '--heat': Math.min(1, Math.abs(value ?? 0) / largest) }}
        >
          {value === undefined ? '·' : decimal(value, 2)}
        </span>
      ))}
    </span>
  );
}
