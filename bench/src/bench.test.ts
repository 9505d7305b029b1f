import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { alternate, combine, type Outcome } from './alternate';
import { importable } from './rows/peers';
import type { Row, Workload } from './rows/row';
import { difference } from './models/measure';
import { median, significant } from './statistics';
import { convolutionTable, modelTable, stepTable } from './table';

const WORKLOAD: Workload = { task: 'train', width: 1, batch: 8, steps: 1, seconds: 0 };

/** A row whose process prints the given line. */
const printing = (name: string, line: string): Row => ({
  name,
  title: name.toUpperCase(),
  command: () => ({
    program: process.execPath,
    args: ['-e', `console.log('noise'); console.log(${JSON.stringify(line)})`],
  }),
});

describe('the benchmark', () => {
  it('alternates the rows and takes medians', async () => {
    const order: string[] = [];
    const rows = [printing('a', '{"medianMs":4}'), printing('b', '{"medianMs":2,"processorMs":3}')];
    const outcomes = await alternate(rows, WORKLOAD, 2, (row, round) => order.push(`${row.name}${round}`));
    expect(order).toEqual(['a0', 'b0', 'a1', 'b1']);
    expect(stepTable(rows, WORKLOAD, outcomes, 'a')).toBe(
      '| engine | images/s | ratio | ms a step | images a processor second |\n| --- | --: | --: | --: | --: |\n' +
        '| A | 2000 | 1.00x | 4.00 |  |\n| B | 4000 | 2.00x | 2.00 | 2667 |',
    );
  });

  it('says why a row has no numbers', async () => {
    const failing: Row = {
      ...printing('a', ''),
      command: () => ({ program: process.execPath, args: ['-e', 'throw new Error("no engine")'] }),
    };
    const missing: Row = { ...printing('b', ''), unavailable: () => 'not installed' };
    const skipped: Row = { ...printing('c', ''), skip: () => 'minutes a step' };
    const outcomes = await alternate([failing, missing, skipped], WORKLOAD, 1, () => undefined);
    expect([...outcomes.values()]).toEqual([
      { reason: 'no engine' },
      { reason: 'not installed' },
      { reason: 'minutes a step' },
    ]);
  });

  it('keeps the best rate of each convolution', () => {
    const combined = combine([{ convolutions: { a: 1, b: 5 } }, { convolutions: { a: 2, b: 4 } }]);
    expect(combined).toEqual({ convolutions: { a: 2, b: 5 } });
    const outcomes = new Map([['x', { measurement: combined, rounds: 2 }]]);
    expect(convolutionTable([printing('x', '')], outcomes)).toContain('| a | 2.00 |');
  });

  it('compares networks by processor time, with the mean ratio and the largest difference', () => {
    const rows = [printing('a', ''), printing('b', '')];
    const measured = (processorMs: number, difference?: number) => ({
      measurement: { processorMs, difference },
      rounds: 1,
    });
    const table = modelTable(
      rows,
      new Map<string, Map<string, Outcome>>([
        [
          'first',
          new Map([
            ['a', measured(10)],
            ['b', measured(5, 1e-6)],
          ]),
        ],
        [
          'second',
          new Map([
            ['a', measured(8)],
            ['b', measured(1, 3e-5)],
          ]),
        ],
        [
          'third',
          new Map<string, Outcome>([
            ['a', measured(8)],
            ['b', { reason: 'wrong outputs' }],
          ]),
        ],
      ]),
      'a',
    );
    expect(table.split('\n').slice(2)).toEqual([
      '| first | 100 | 200 (2.00x) |',
      '| second | 125 | 1000 (8.00x) |',
      '| third | 125 | wrong outputs |',
      '| geometric mean of the ratios |  | 4.00x |',
      '| largest difference of an output |  | 3e-5 |',
    ]);
  });

  it('measures a difference by the largest value of the output, and calls other lengths and NaN wrong', () => {
    const outputs = (...numbers: number[][]) => numbers.map((one) => Float32Array.from(one));
    expect(difference(outputs([1, -4], [0.5]), outputs([2, -4], [0.5]))).toBe(0.25);
    expect(difference(outputs([0, 0]), outputs([0, 0]))).toBe(0);
    expect(difference(outputs([1]), outputs([1, 2]))).toBe(Infinity);
    expect(difference(outputs([NaN]), outputs([1])) <= 1).toBe(false);
  });

  it('takes a peer by its name, by a file, and by the folder of its package', () => {
    const folder = mkdtempSync(join(tmpdir(), 'peer-'));
    writeFileSync(join(folder, 'package.json'), '{ "main": "entry.js" }');
    writeFileSync(join(folder, 'entry.js'), '');
    const entry = pathToFileURL(realpathSync(join(folder, 'entry.js'))).href;
    expect([
      importable('onnxruntime-node'),
      importable(folder),
      importable(join(folder, 'entry.js')),
    ]).toEqual(['onnxruntime-node', entry, entry]);
    rmSync(folder, { recursive: true });
  });

  it('computes medians and rounds to three digits', () => {
    expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5]);
    expect([significant(1234.6), significant(12.345), significant(0.12345)]).toEqual([
      '1235',
      '12.3',
      '0.123',
    ]);
  });
});
