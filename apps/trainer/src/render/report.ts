import type { EvaluationReport } from '@googlenet/training';
import type { Colors } from '../io';
import { percent, thousands } from './format';
import { table } from './table';

const WIDEST_MATRIX = 15;

/** The whole report on a model as lines of text. */
export function reportLines(
  report: EvaluationReport,
  classNames: readonly string[],
  colors: Colors,
): string[] {
  return [
    accuracyLine(report, colors),
    `loss ${report.loss.toFixed(4)}, calibration error ${percent(report.ece)}${topK(report, classNames.length)}`,
    '',
    ...matrixLines(report.confusionMatrix, classNames, colors),
    '',
    ...classLines(report, classNames),
  ];
}

/** `test accuracy 98.76 %  (124 of 10,000 wrong)`. */
export function accuracyLine({ size, accuracy }: EvaluationReport, colors: Colors): string {
  const wrong = size - Math.round(accuracy * size);
  return `${colors.bold(`test accuracy ${percent(accuracy)}`)}  (${thousands(wrong)} of ${thousands(size)} wrong)`;
}

function topK(report: EvaluationReport, classes: number): string {
  const entries = Object.entries(report.topK).filter(([k]) => Number(k) > 1 && Number(k) < classes);
  return entries.map(([k, share]) => `, top-${k} ${percent(share)}`).join('');
}

/** Rows are true classes, columns predictions; with many classes only the commonest confusions. */
export function matrixLines(
  matrix: readonly (readonly number[])[],
  classNames: readonly string[],
  colors: Colors,
): string[] {
  if (matrix.length > WIDEST_MATRIX) return confusions(matrix, classNames);
  const short = classNames.map((name) => name.slice(0, 7));
  const header = ['', ...short];
  const rows = matrix.map((row, i) => [
    classNames[i] ?? String(i),
    ...row.map((count) => (count === 0 ? '.' : count)),
  ]);
  const [first = '', ...lines] = table([header, ...rows]);
  const plain = [first, ...lines];
  return [
    'confusion matrix: rows are true classes, columns predictions',
    ...plain.map((line, i) => (i === 0 ? colors.dim(line) : paint(line, matrix[i - 1] ?? [], i - 1, colors))),
  ];
}

/** Colours the diagonal green and large mistakes red, counting numbers from the right. */
function paint(line: string, row: readonly number[], own: number, colors: Colors): string {
  let column = -1;
  const start = line.length - line.trimStart().length;
  const cells = line.slice(start).split(/(\s+)/);
  const first = cells.length - (2 * row.length - 1);
  return (
    line.slice(0, start) +
    cells
      .map((cell, i) => {
        if (i < first || cell.trim() === '') return cell;
        column++;
        if (column === own) return colors.green(cell);
        return (row[column] ?? 0) > 0 ? colors.red(cell) : colors.dim(cell);
      })
      .join('')
  );
}

function confusions(matrix: readonly (readonly number[])[], classNames: readonly string[]): string[] {
  const pairs = matrix
    .flatMap((row, i) => row.map((count, j) => ({ count, i, j })))
    .filter(({ count, i, j }) => i !== j && count > 0);
  pairs.sort((a, b) => b.count - a.count);
  const rows = pairs
    .slice(0, 10)
    .map(({ count, i, j }) => [`${classNames[i] ?? i} taken for ${classNames[j] ?? j}`, count]);
  return ['the commonest confusions', ...table(rows)];
}

function classLines(report: EvaluationReport, classNames: readonly string[]): string[] {
  const rows = report.perClass.map((one) => [
    classNames[one.label] ?? one.label,
    one.support,
    percent(one.precision),
    percent(one.recall),
    percent(one.f1),
  ]);
  return table([['class', 'images', 'precision', 'recall', 'F1'], ...rows]);
}
