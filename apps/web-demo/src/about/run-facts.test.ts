import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRunFacts } from './run-facts';

describe('the facts of the shipped network', () => {
  it('are those of the record that is shipped beside it', () => {
    const path = join(__dirname, '../../../../packages/mnist-weights/model/run.json');
    const record = JSON.parse(readFileSync(path, 'utf8')) as { testAccuracy: number; commit: string };
    const { facts, width, commit } = readRunFacts(record);
    const named = new Map(facts);
    expect(named.get('Test accuracy')).toContain((100 * record.testAccuracy).toFixed(2));
    expect(named.get('Recipe')).toMatch(/learning rate/);
    expect(width).toBeDefined();
    expect(commit).toBe(record.commit);
  });

  it('name the epoch that the weights are of', () => {
    const history = [
      { epoch: 1, validation: { accuracy: 0.9 } },
      { epoch: 2, validation: { accuracy: 0.8 } },
    ];
    const weightsOf = (weights: string) =>
      readRunFacts({ history, validation: { best: { epoch: 1 }, weights }, images: { validation: 20 } })
        .facts;
    expect(weightsOf('best')).toEqual([['Weights', 'of epoch 1, 90.00 % of 20 other digits right']]);
    expect(weightsOf('ema')).toEqual([['Weights', 'of epoch 2, 80.00 % of 20 other digits right']]);
  });

  it('leave out what a record lacks, and take anything', () => {
    expect(readRunFacts({ testAccuracy: 0.5 }).facts).toEqual([['Test accuracy', '50.00 %']]);
    for (const record of [null, 3, 'text', [], { config: null, images: { training: '1' } }])
      expect(readRunFacts(record)).toEqual({ width: undefined, facts: [], commit: undefined });
  });
});
