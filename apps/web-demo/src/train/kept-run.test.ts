import { emptyHistory } from './history';
import { readRun } from './kept-run';
import { defaultSettings } from './settings';

const storageWith = (text: string | null) => ({ getItem: () => text });
const run = {
  settings: defaultSettings,
  modelTopology: { a: 1 },
  history: emptyHistory(),
  step: 25,
  totalSteps: 100,
};

describe('readRun', () => {
  it('reads what was kept', () => {
    expect(readRun(storageWith(JSON.stringify(run)))).toEqual(run);
  });

  it.each([
    ['nothing', null],
    ['text that is not JSON', '{'],
    ['a run without its network', JSON.stringify({ ...run, modelTopology: undefined })],
    ['a run of another version', JSON.stringify({ ...run, history: 3 })],
  ])('finds no run in %s', (_, text) => {
    expect(readRun(storageWith(text))).toBeUndefined();
  });
});
