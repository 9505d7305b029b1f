import { trainConfigProblems } from '@googlenet/training';
import {
  choices,
  DEFAULT_SETTINGS,
  FIRST_RUN_SETTINGS,
  nameOf,
  normMomentum,
  readSettings,
  toTrainConfig,
} from './settings';

describe('training settings', () => {
  it('make a configuration that training accepts, for every optimizer with every schedule', () => {
    for (const optimizer of choices.optimizer) {
      for (const schedule of choices.schedule) {
        for (const augment of [true, false]) {
          const config = toTrainConfig({ ...DEFAULT_SETTINGS, optimizer, schedule, augment });
          expect(trainConfigProblems(config)).toEqual([]);
          expect(config.optimizer?.kind).toBe(optimizer);
          expect(config.schedule?.kind).toBe(schedule);
          expect('augment' in config).toBe(augment);
        }
      }
    }
  });

  it('let the statistics of a short run move faster', () => {
    expect(normMomentum({ ...DEFAULT_SETTINGS, images: 2000, batchSize: 32, epochs: 2 })).toBe(0.9);
    expect(normMomentum({ ...DEFAULT_SETTINGS, images: 59_000, batchSize: 32, epochs: 1 })).toBe(0.99);
  });

  it('are read back from storage, with the default for what is missing or of another type', () => {
    expect(readSettings(undefined)).toEqual(DEFAULT_SETTINGS);
    expect(readSettings('text')).toEqual(DEFAULT_SETTINGS);
    const read = readSettings({ epochs: 7, batchSize: 'many', augment: false, stranger: 1 });
    expect(read).toEqual({ ...DEFAULT_SETTINGS, epochs: 7, augment: false });
  });

  it('know no half epochs', () => {
    expect(readSettings({ epochs: 2.5 }).epochs).toBe(3);
    expect(readSettings({ epochs: 0.2 }).epochs).toBe(1);
  });

  it('name a run by what decides it', () => {
    expect(nameOf(DEFAULT_SETTINGS)).toBe('Width 1/8, 5,000 images, 3 epochs');
    expect(nameOf({ ...DEFAULT_SETTINGS, widthMultiplier: 1, epochs: 1 })).toBe(
      'Width full, 5,000 images, 1 epoch',
    );
  });

  it('of the first run are among those that the form offers', () => {
    expect(choices.widthMultiplier).toContain(FIRST_RUN_SETTINGS.widthMultiplier);
    expect(trainConfigProblems(toTrainConfig(FIRST_RUN_SETTINGS))).toEqual([]);
  });
});
