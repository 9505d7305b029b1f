import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { isAvailable } from './index';
import { addonPath } from './testing/addon-path';
import { describeNative, largestError } from './testing/compare';

interface Outputs {
  instructionSet: string;
  outputs: Record<string, number[]>;
}

/** What a process of its own computes under these variables. */
function outputsWith(variables: Record<string, string>): Outputs {
  const env: NodeJS.ProcessEnv = { ...process.env, ...variables };
  const script = join(__dirname, '../scripts/level-outputs.cjs');
  return JSON.parse(
    execFileSync(process.execPath, [script, addonPath()], { env, maxBuffer: 1 << 28, encoding: 'utf8' }),
  ) as Outputs;
}

const LEVELS = process.arch === 'x64' ? ['base', 'avx2', 'avx512'] : ['base'];

describeNative('a lower level than the processor has', () => {
  const none = { GOOGLENET_ONEDNN_LEVEL: '', ONEDNN_MAX_CPU_ISA: '', DNNL_MAX_CPU_ISA: '' };
  const own = isAvailable().available ? outputsWith(none).instructionSet : 'base';
  const highest = LEVELS.indexOf(own);

  for (const level of LEVELS.slice(0, highest))
    it(`${level} is chosen by GOOGLENET_ONEDNN_LEVEL and computes the same`, () => {
      const expected = outputsWith(none);
      const actual = outputsWith({ ...none, GOOGLENET_ONEDNN_LEVEL: level });
      expect(actual.instructionSet).toBe(level);
      expect(Object.keys(actual.outputs)).toEqual(Object.keys(expected.outputs));
      for (const [name, values] of Object.entries(expected.outputs))
        expect([name, largestError(actual.outputs[name] ?? [], values) < 5e-5]).toEqual([name, true]);
    });

  it('follows oneDNN’s own variable as well', () => {
    const { instructionSet } = outputsWith({ ...none, ONEDNN_MAX_CPU_ISA: 'SSE41' });
    expect(instructionSet).toBe('base');
  });

  it('is not gone beyond, whatever is asked for', () => {
    const { instructionSet } = outputsWith({ ...none, GOOGLENET_ONEDNN_LEVEL: 'avx512' });
    expect(instructionSet).toBe(own);
  });
});
