import { summarize } from './index';
import { SMALL, useCpu, withModel } from './testing/models';

beforeAll(useCpu);

it('costs add up, layer by layer', () => {
  withModel(SMALL, (model) => {
    const { rows, totals } = summarize(model);
    const row = (name: string) => rows.find((candidate) => candidate.name === name);
    expect(row('conv1')).toEqual({
      name: 'conv1',
      className: 'ConvBatchNorm',
      outputShape: [null, 12, 12, 16],
      parameters: 9 * 16 + 5 * 16,
      macs: 12 * 12 * 9 * 16,
    });
    expect(row('logits')).toMatchObject({ parameters: 64 * 4 + 4, macs: 64 * 4 });
    expect(row('pool3')).toMatchObject({ parameters: 0, macs: 0 });
    expect(rows.reduce((sum, { macs }) => sum + macs, 0)).toBe(totals.macs);
    expect(totals.trainable + totals.nonTrainable).toBe(totals.parameters);
  });
});

it('a frozen layer counts as not trainable', () => {
  withModel(SMALL, (model) => {
    const before = summarize(model).totals;
    model.getLayer('logits').trainable = false;
    const after = summarize(model).totals;
    expect(after.parameters).toBe(before.parameters);
    expect(before.trainable - after.trainable).toBe(64 * 4 + 4);
  });
});

it('the text is an aligned table with the totals at the end', () => {
  withModel({ ...SMALL, widthMultiplier: 1 }, (model) => {
    const lines = summarize(model).toString().split('\n');
    expect(lines[0]).toMatch(/^layer +type +output +parameters +MACs$/);
    const columns = lines.slice(2, -3).map((line) => line.length);
    expect(new Set(columns).size).toBe(1);
    expect(lines.find((line) => line.startsWith('inception_3a'))).toMatch(
      /Inception +12x12x256 +166,352 +23,666,688$/,
    );
    expect(lines.at(-1)).toBe('6,156,644 trainable, 15,808 not trainable (moving statistics)');
  });
});
