import { model } from '../state/network';
import { Field } from '../ui/field';
import { count } from '../ui/format';
import { choices, usualLearningRates, type TrainSettings } from './settings';
import { settings } from './train-state';

const optimizerNames: Record<TrainSettings['optimizer'], string> = {
  adam: 'Adam',
  adamw: 'AdamW',
  sgd: 'SGD, momentum 0.9',
};
const scheduleNames: Record<TrainSettings['schedule'], string> = {
  oneCycle: 'one cycle',
  cosine: 'cosine',
  constant: 'constant',
  paper: 'the paper: −4 % every 8 epochs',
  polynomial: 'polynomial',
  step: 'steps',
};

function set(change: Partial<TrainSettings>): void {
  settings.value = { ...settings.value, ...change };
}

/** Everything that decides a run. */
export function SettingsForm({ disabled }: { disabled: boolean }) {
  const current = settings.value;
  const fresh = current.start === 'new';
  return (
    <form onSubmit={(event) => event.preventDefault()}>
      <fieldset class="settings" disabled={disabled}>
        <legend class="visually-hidden">Settings of the run</legend>
        <Field label="Begin with">
          {(id) => (
            <select
              id={id}
              class="select"
              value={current.start}
              onChange={(event) => set({ start: event.currentTarget.value as TrainSettings['start'] })}
            >
              <option value="new">a new network</option>
              <option value="loaded" disabled={model.value.phase !== 'ready'}>
                the network that is loaded
              </option>
            </select>
          )}
        </Field>
        <Field label="Width">
          {(id) => (
            <select
              id={id}
              class="select"
              disabled={!fresh}
              value={String(current.widthMultiplier)}
              onChange={(event) => set({ widthMultiplier: Number(event.currentTarget.value) })}
            >
              {choices.widthMultiplier.map((width) => (
                <option key={width} value={String(width)}>
                  {width === 1 ? 'full' : `1/${1 / width}`}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label="Training images">
          {(id) => (
            <select
              id={id}
              class="select"
              value={String(current.images)}
              onChange={(event) => set({ images: Number(event.currentTarget.value) })}
            >
              {choices.images.map((images) => (
                <option key={images} value={String(images)}>
                  {count(images)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label="Epochs">
          {(id) => (
            <input
              id={id}
              class="number-input"
              type="number"
              min="1"
              max="100"
              value={current.epochs}
              onChange={(event) => set({ epochs: within(event.currentTarget.valueAsNumber, 1, 100) })}
            />
          )}
        </Field>
        <Field label="Batch size">
          {(id) => (
            <select
              id={id}
              class="select"
              value={String(current.batchSize)}
              onChange={(event) => set({ batchSize: Number(event.currentTarget.value) })}
            >
              {[8, 16, 32, 64, 128].map((size) => (
                <option key={size} value={String(size)}>
                  {size}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label="Optimizer">
          {(id) => (
            <select
              id={id}
              class="select"
              value={current.optimizer}
              onChange={(event) => {
                const optimizer = event.currentTarget.value as TrainSettings['optimizer'];
                set({ optimizer, learningRate: usualLearningRates[optimizer] });
              }}
            >
              {choices.optimizer.map((name) => (
                <option key={name} value={name}>
                  {optimizerNames[name]}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label="Learning rate">
          {(id) => (
            <input
              id={id}
              class="number-input"
              type="number"
              min="0.00001"
              max="1"
              step="any"
              value={current.learningRate}
              onChange={(event) => set({ learningRate: within(event.currentTarget.valueAsNumber, 1e-5, 1) })}
            />
          )}
        </Field>
        <Field label="Schedule">
          {(id) => (
            <select
              id={id}
              class="select"
              value={current.schedule}
              onChange={(event) => set({ schedule: event.currentTarget.value as TrainSettings['schedule'] })}
            >
              {choices.schedule.map((name) => (
                <option key={name} value={name}>
                  {scheduleNames[name]}
                </option>
              ))}
            </select>
          )}
        </Field>
        <label class="check">
          <input
            type="checkbox"
            checked={current.augment}
            onChange={(event) => set({ augment: event.currentTarget.checked })}
          />
          Shift, turn and bend the digits
        </label>
        <label class="check">
          <input
            type="checkbox"
            checked={current.auxiliary}
            disabled={!fresh}
            onChange={(event) => set({ auxiliary: event.currentTarget.checked })}
          />
          Auxiliary heads after 4a and 4d
        </label>
      </fieldset>
    </form>
  );
}

function within(value: number, lowest: number, highest: number): number {
  return Number.isFinite(value) ? Math.min(highest, Math.max(lowest, value)) : lowest;
}
