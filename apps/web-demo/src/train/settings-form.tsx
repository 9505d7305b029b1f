import { model } from '../state/network';
import { Field } from '../ui/field';
import { count, widthName } from '../ui/format';
import { NumberField } from '../ui/number-field';
import { OPTIMIZER_NAMES, SCHEDULE_NAMES } from './setting-names';
import { choices, EPOCH_RANGE, USUAL_LEARNING_RATES, type TrainSettings } from './settings';
import { settings } from './train-state';

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
                  {widthName(width)}
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
        <NumberField
          label="Epochs"
          value={current.epochs}
          range={EPOCH_RANGE}
          whole
          onChange={(epochs) => set({ epochs })}
        />
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
                set({ optimizer, learningRate: USUAL_LEARNING_RATES[optimizer] });
              }}
            >
              {choices.optimizer.map((name) => (
                <option key={name} value={name}>
                  {OPTIMIZER_NAMES[name]}
                </option>
              ))}
            </select>
          )}
        </Field>
        <NumberField
          label="Learning rate"
          value={current.learningRate}
          range={{ lowest: 1e-5, highest: 1 }}
          onChange={(learningRate) => set({ learningRate })}
        />
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
                  {SCHEDULE_NAMES[name]}
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
