import { signal } from '@preact/signals';
import { convolutionCost } from '@googlenet/inception';
import { Field } from '../ui/field';
import { count } from '../ui/format';
import { SliderLabel } from './slider-label';

const MAP = { height: 11, width: 11 };
const INPUT_CHANNELS = 300;
const OUTPUT_FILTERS = 30;
const reduction = signal(5);

/** The three counts of the example, for a number of 1x1 filters. */
export function workedExample(filters: number): { direct: number; reduce: number; convolve: number } {
  return {
    direct: convolutionCost({
      ...MAP,
      inputChannels: INPUT_CHANNELS,
      filters: OUTPUT_FILTERS,
      kernelSize: 5,
      useBias: false,
    }).macs,
    reduce: convolutionCost({ ...MAP, inputChannels: INPUT_CHANNELS, filters, kernelSize: 1, useBias: false })
      .macs,
    convolve: convolutionCost({
      ...MAP,
      inputChannels: filters,
      filters: OUTPUT_FILTERS,
      kernelSize: 5,
      useBias: false,
    }).macs,
  };
}

/** Thirty 5x5 filters on an 11x11x300 feature map, directly and through a few 1x1 filters. */
export function WorkedExample() {
  const filters = reduction.value;
  const { direct, reduce, convolve } = workedExample(filters);
  const through = reduce + convolve;
  return (
    <section class="card" aria-labelledby="example-title">
      <h2 id="example-title">By hand: 30 filters of 5×5 on an 11×11×300 map</h2>
      <Field class="example-slider" label={<SliderLabel text="1×1 filters in front" value={filters} />}>
        {(id) => (
          <input
            id={id}
            type="range"
            min="1"
            max="60"
            value={filters}
            onInput={({ currentTarget }) => (reduction.value = currentTarget.valueAsNumber)}
          />
        )}
      </Field>
      <div class="sums">
        <div class="sum">
          <h3>Directly</h3>
          <p>
            <code>11 × 11 × 30 × 5 × 5 × 300</code> <b class="number">{count(direct)}</b>
          </p>
        </div>
        <div class="sum">
          <h3>Through {filters} 1×1 filters</h3>
          <p>
            <code>11 × 11 × {filters} × 1 × 1 × 300</code> <span class="number">{count(reduce)}</span>
          </p>
          <p>
            <code>11 × 11 × 30 × 5 × 5 × {filters}</code> <span class="number">{count(convolve)}</span>
          </p>
          <p class="sum-total">
            <span>together</span>{' '}
            <b class="number" data-testid="example-total">
              {count(through)}
            </b>
          </p>
        </div>
        <p class="sum-ratio">
          <strong data-testid="example-ratio">{(direct / through).toFixed(1)}×</strong> less to multiply
        </p>
      </div>
      <p class="soft small">
        A text that is copied all over the web has 21,780 and 203,280 for the second and third product with
        five filters: its arithmetic is wrong. The right ones are 181,500 and 453,750.
      </p>
    </section>
  );
}
