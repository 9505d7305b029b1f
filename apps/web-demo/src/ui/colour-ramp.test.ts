import { rampTable, type RampName } from './colour-ramp';

const luminance = (table: Uint8ClampedArray, i: number) =>
  0.2126 * table[4 * i] + 0.7152 * table[4 * i + 1] + 0.0722 * table[4 * i + 2];

describe('rampTable', () => {
  it('starts and ends with the first and the last colour', () => {
    const grey = rampTable('grey');
    expect([...grey.slice(0, 4)]).toEqual([0, 0, 0, 255]);
    expect([...grey.slice(-4)]).toEqual([255, 255, 255, 255]);
    expect([...rampTable('magma').slice(0, 3)]).toEqual([0, 0, 4]);
  });

  it.each<RampName>(['magma', 'grey', 'conv1x1', 'conv3x3', 'conv5x5', 'poolProj'])(
    'never gets darker from less to more activation: %s',
    (name) => {
      const table = rampTable(name);
      for (let i = 1; i < 256; i++)
        expect(luminance(table, i)).toBeGreaterThanOrEqual(luminance(table, i - 1) - 0.5);
    },
  );
});
