import type { Branch5x5, InceptionFilters } from '@googlenet/inception';
import { Choice } from '../ui/choice';
import { Field } from '../ui/field';
import { short } from '../ui/format';
import { SliderLabel } from './slider-label';
import { branch5x5, choosePreset, costs, filters, measure, preset, setFilter } from './cost-state';
import { CostBars } from './cost-bars';
import { modulePresets } from './presets';
import { WorkedExample } from './worked-example';

const SLIDERS: { field: keyof InceptionFilters; label: string; max: number; only?: string }[] = [
  { field: 'reduce3x3', label: '1×1 before the 3×3', max: 256 },
  { field: 'reduce5x5', label: '1×1 before the 5×5', max: 128 },
  { field: 'poolProj', label: '1×1 after the pool', max: 256 },
];

const BRANCH_KINDS: { value: Branch5x5; label: string }[] = [
  { value: 'one5x5', label: 'one 5×5 (the paper)' },
  { value: 'two5x5', label: 'two 5×5' },
  { value: 'one3x3', label: 'one 3×3 (torchvision, TF-slim)' },
  { value: 'two3x3', label: 'two 3×3 (this MNIST network, CIFAR versions)' },
];

/** What a 1x1 convolution saves, to be played with. */
export function CostView() {
  const { naive, reduced } = costs.value;
  const ratio = naive.total / reduced.total;
  const { height, width, inputChannels } = preset.value;
  return (
    <>
      <div class="view-head">
        <h1>The 1×1 convolution that made it affordable.</h1>
        <p class="lede">
          Four branches side by side would cost far too much. A thin 1×1 convolution in front of the 3×3 and
          the 5×5 makes the same module several times cheaper. Move the sliders.
        </p>
      </div>
      <section class="card cost-card" aria-labelledby="cost-title">
        <div class="cost-controls">
          <h2 id="cost-title">One module, two forms</h2>
          <Choice
            label="Module of the paper"
            value={preset.value.name}
            options={modulePresets.map(({ name }) => ({ value: name, label: `inception_${name}` }))}
            onChange={choosePreset}
          />
          <p class="soft small">
            Input <span class="number">{`${height}×${width}×${inputChannels}`}</span>, for a 224×224 picture
          </p>
          {SLIDERS.map(({ field, label, max }) => (
            <Field key={field} label={<SliderLabel text={label} value={filters.value[field]} />}>
              {(id) => (
                <input
                  id={id}
                  type="range"
                  min="1"
                  max={max}
                  value={filters.value[field]}
                  onInput={({ currentTarget }) => setFilter(field, currentTarget.valueAsNumber)}
                />
              )}
            </Field>
          ))}
          <Choice
            label="In the 5×5 branch"
            value={branch5x5.value}
            options={BRANCH_KINDS}
            onChange={(value) => (branch5x5.value = value)}
          />
          <button class="button" type="button" onClick={() => choosePreset(preset.value.name)}>
            The paper's numbers again
          </button>
        </div>
        <div class="cost-result">
          <div class="card-head">
            <p class="cost-ratio">
              <strong data-testid="cost-ratio">
                {ratio >= 1 ? ratio.toFixed(2) : (1 / ratio).toFixed(2)}×
              </strong>{' '}
              {ratio >= 1 ? 'cheaper' : 'costlier'} with dimension reduction
            </p>
            <fieldset class="segmented">
              <legend class="visually-hidden">Count</legend>
              {(['macs', 'parameters'] as const).map((name) => (
                <label key={name}>
                  <input
                    type="radio"
                    name="measure"
                    checked={measure.value === name}
                    onChange={() => (measure.value = name)}
                  />
                  {name === 'macs' ? 'Multiply-adds' : 'Parameters'}
                </label>
              ))}
            </fieldset>
          </div>
          <CostBars />
          <p class="soft small">
            Weights of convolutions only, without biases. In the naive form the pool branch passes all{' '}
            {inputChannels} channels on for nothing, so that each module would hand an ever wider input to the
            next: here {short(outputChannels('naive'))} channels in place of{' '}
            {short(outputChannels('reduced'))}.
          </p>
        </div>
      </section>
      <WorkedExample />
    </>
  );
}

function outputChannels(kind: 'naive' | 'reduced'): number {
  const { conv1x1, conv3x3, conv5x5, poolProj } = filters.value;
  return conv1x1 + conv3x3 + conv5x5 + (kind === 'naive' ? preset.value.inputChannels : poolProj);
}
