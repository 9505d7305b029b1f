import { decimal, signed } from '../ui/format';
import type { MapTrace } from '../worker/protocol';
import { NumberGrid } from './number-grid';
import { roundToSum, type ChannelPart, type PixelSum } from './pixel-sum';

/** How many input channels are written out, for a kernel of one value and for larger ones. */
export const listedChannels = ({ kernelShape: [height, width] }: MapTrace) => (height * width === 1 ? 5 : 3);

/** The sum behind one pixel, written out so that the numbers on the screen add up. */
export function SumView({ trace, sum }: { trace: MapTrace; sum: PixelSum }) {
  const { parts, rest, bias, total, result } = sum;
  const terms = [...parts.map((part) => part.sum), ...(rest.channels > 0 ? [rest.sum] : []), bias];
  const shown = roundToSum(terms, 3);
  const largest = {
    window: Math.max(
      1e-9,
      ...parts.flatMap(({ window, pooled }) => [...window, ...(pooled ?? [])]).map((value) => value ?? 0),
    ),
    kernel: Math.max(1e-9, ...parts.flatMap(({ kernel }) => kernel.map(Math.abs))),
  };
  return (
    <div class="sum-view" data-testid="pixel-sum" data-result={result} data-activation={sum.activation}>
      <p class="small soft">{aboutKernel(trace)}</p>
      <ol class="sum-parts">
        {parts.map((part, i) => (
          <li key={part.channel}>
            <Part
              part={part}
              alone={trace.kernelShape[2] === 1}
              columns={trace.kernelShape[1]}
              largest={largest}
              sum={shown[i]}
            />
          </li>
        ))}
      </ol>
      <dl class="sum-total">
        {rest.channels > 0 && (
          <Line
            name={`${rest.channels} other channel${rest.channels === 1 ? '' : 's'}`}
            value={signed(shown[parts.length], 3)}
          />
        )}
        <Line name="Bias, with the batch norm's shift" value={signed(shown[shown.length - 1], 3)} />
        <Line name="Sum" value={decimal(total, 3)} strong />
        {trace.relu && (
          <Line
            name={total < 0 ? 'ReLU: below 0 becomes 0' : 'ReLU: stays, it is above 0'}
            value={decimal(result, 3)}
            strong
          />
        )}
      </dl>
    </div>
  );
}

interface PartProps {
  part: ChannelPart;
  /** Whether it is the only input channel. */
  alone: boolean;
  columns: number;
  largest: { window: number; kernel: number };
  sum: number;
}

function Part({ part, alone, columns, largest, sum }: PartProps) {
  const { channel, window, kernel, pooled } = part;
  return (
    <>
      <span class="part-name small soft">{alone ? 'the picture' : `channel ${channel}`}</span>
      <span class="part-product">
        {pooled && (
          <>
            <NumberGrid
              values={pooled}
              columns={3}
              largest={largest.window}
              label={`Pool window of channel ${channel}`}
              marked={pooled.indexOf(window[0])}
            />
            <span class="operator">max</span>
          </>
        )}
        <NumberGrid
          values={window}
          columns={columns}
          largest={largest.window}
          label={`Window of channel ${channel}`}
        />
        <span class="operator">×</span>
        <NumberGrid values={kernel} columns={columns} largest={largest.kernel} label="Kernel" />
      </span>
      <span class="part-sum number">{signed(sum, 3)}</span>
    </>
  );
}

function Line({ name, value, strong = false }: { name: string; value: string; strong?: boolean }) {
  return (
    <div class={strong ? 'strong' : ''}>
      <dt>{name}</dt>
      <dd class="number">{value}</dd>
    </div>
  );
}

/** What the kernel of a map slides over, in a sentence. */
function aboutKernel({ kernelShape: [height, width, channels], source, unit }: MapTrace): string {
  const kernel = `A ${height}×${width} kernel`;
  const over = channels === 1 ? 'the picture' : `${channels} channels`;
  if (source === 'pool')
    return `Of each of ${channels} channels the largest of 3×3 values is taken; ${unit === '' ? 'this is one of them.' : 'a 1×1 kernel weighs them.'}`;
  const from =
    source === '' ? '' : source.endsWith('_reduce') ? ' of the 1×1 reduction' : ' of the convolution before';
  return `${kernel} over ${over}${from}: each value of the window times its weight, all added up.`;
}
