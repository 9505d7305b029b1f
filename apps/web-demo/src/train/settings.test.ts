import { trainConfigProblems } from '@googlenet/training';
import { choices, defaultSettings, readSettings, toTrainConfig } from './settings';

describe('training settings', () => {
  it('make a configuration that training accepts, for every optimizer with every schedule', () => {
    for (const optimizer of choices.optimizer) {
      for (const schedule of choices.schedule) {
        for (const augment of [true, false]) {
          const config = toTrainConfig({ ...defaultSettings, optimizer, schedule, augment });
          expect(trainConfigProblems(config)).toEqual([]);
          expect(config.optimizer?.kind).toBe(optimizer);
          expect(config.schedule?.kind).toBe(schedule);
          expect('augment' in config).toBe(augment);
        }
      }
    }
  });

  it('are read back from storage, with the default for what is missing or of another type', () => {
    expect(readSettings(undefined)).toEqual(defaultSettings);
    expect(readSettings('text')).toEqual(defaultSettings);
    const read = readSettings({ epochs: 7, batchSize: 'many', augment: false, stranger: 1 });
    expect(read).toEqual({ ...defaultSettings, epochs: 7, augment: false });
  });
});
