import { model } from '../state/network';
import { CheckBox } from '../ui/check-box';
import { Choice } from '../ui/choice';
import { count, widthName } from '../ui/format';
import { NumberField } from '../ui/number-field';
import { OPTIMIZER_NAMES, SCHEDULE_NAMES } from './setting-names';
import {
  choices,
  EPOCH_RANGE,
  LEARNING_RATE_RANGE,
  USUAL_LEARNING_RATES,
  type TrainSettings,
} from './settings';
import { settings } from './train-state';

function set(change: Partial<TrainSettings>): void {
  settings.value = { ...settings.value, ...change };
}

/** Everything that decides a run. */
export function SettingsForm({ disabled }: { disabled: boolean }) {
  return (
    <form onSubmit={(event) => event.preventDefault()}>
      <fieldset class="settings" disabled={disabled}>
        <legend class="visually-hidden">Settings of the run</legend>
        <NetworkSettings />
        <LengthSettings />
        <OptimizerSettings />
        <Switches />
      </fieldset>
    </form>
  );
}

function NetworkSettings() {
  const { start, widthMultiplier } = settings.value;
  return (
    <>
      <Choice
        label="Begin with"
        value={start}
        options={[
          { value: 'new', label: 'a new network' },
          {
            value: 'loaded',
            label: 'the network that is loaded',
            disabled: model.value.phase !== 'ready',
          },
        ]}
        onChange={(value) => set({ start: value })}
      />
      <Choice
        label="Width"
        value={widthMultiplier}
        options={choices.widthMultiplier.map((value) => ({ value, label: widthName(value) }))}
        disabled={start !== 'new'}
        onChange={(value) => set({ widthMultiplier: value })}
      />
    </>
  );
}

function LengthSettings() {
  const { images, epochs, batchSize } = settings.value;
  return (
    <>
      <Choice
        label="Training images"
        value={images}
        options={choices.images.map((value) => ({ value, label: count(value) }))}
        onChange={(value) => set({ images: value })}
      />
      <NumberField
        label="Epochs"
        value={epochs}
        range={EPOCH_RANGE}
        whole
        onChange={(value) => set({ epochs: value })}
      />
      <Choice
        label="Batch size"
        value={batchSize}
        options={choices.batchSize.map((value) => ({ value, label: value }))}
        onChange={(value) => set({ batchSize: value })}
      />
    </>
  );
}

function OptimizerSettings() {
  const { optimizer, learningRate, schedule } = settings.value;
  return (
    <>
      <Choice
        label="Optimizer"
        value={optimizer}
        options={choices.optimizer.map((value) => ({ value, label: OPTIMIZER_NAMES[value] }))}
        onChange={(value) => set({ optimizer: value, learningRate: USUAL_LEARNING_RATES[value] })}
      />
      <NumberField
        label="Learning rate"
        value={learningRate}
        range={LEARNING_RATE_RANGE}
        onChange={(value) => set({ learningRate: value })}
      />
      <Choice
        label="Schedule"
        value={schedule}
        options={choices.schedule.map((value) => ({ value, label: SCHEDULE_NAMES[value] }))}
        onChange={(value) => set({ schedule: value })}
      />
    </>
  );
}

function Switches() {
  const { augment, auxiliary, start } = settings.value;
  return (
    <>
      <CheckBox checked={augment} onChange={(checked) => set({ augment: checked })}>
        Shift, turn and bend the digits
      </CheckBox>
      <CheckBox
        checked={auxiliary}
        disabled={start !== 'new'}
        onChange={(checked) => set({ auxiliary: checked })}
      >
        Auxiliary heads after 4a and 4d
      </CheckBox>
    </>
  );
}
