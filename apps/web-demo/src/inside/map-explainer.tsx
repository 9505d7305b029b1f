import { useMemo } from 'preact/hooks';
import { ColourScale } from '../ui/colour-scale';
import { decimal } from '../ui/format';
import { highestOf, toGreyMap } from '../worker/grey-map';
import type { MapTrace } from '../worker/protocol';
import { BRANCH_TITLES, shortName } from './branches';
import { PixelPicker, usePixelChoice, type Pixel } from './pixel-picker';
import { pixelSum } from './pixel-sum';
import { listedChannels, SumView } from './sum-view';
import { WindowPicture } from './window-picture';

/** A feature map on the left, and the sum behind the pixel that is looked at on the right. */
export function MapExplainer({ trace, autofocus = false }: { trace: MapTrace; autofocus?: boolean }) {
  const { height, width, activation } = trace;
  const highest = highestOf(activation);
  const choice = usePixelChoice(() => brightestPixel(trace));
  const { looked } = choice;
  const map = useMemo(() => toGreyMap(activation, height, width, highest), [trace]);
  const sum = useMemo(
    () => pixelSum(trace, looked.row, looked.column, listedChannels(trace)),
    [trace, looked],
  );
  const ramp = trace.branch ?? 'magma';
  return (
    <div class="map-explainer">
      <div class="map-side">
        <PixelPicker map={map} ramp={ramp} label={titleOf(trace)} choice={choice} autofocus={autofocus} />
        <ColourScale
          ramps={[ramp]}
          ticks={['least 0', decimal(highest / 2, 2), `most ${decimal(highest, 2)}`]}
          label="activation"
        />
        <WindowPicture trace={trace} sum={sum} />
      </div>
      <div class="sum-side">
        <p class="pixel-line" role="status">
          Row {looked.row + 1}, column {looked.column + 1}: {decimal(sum.activation, 3)}
        </p>
        <SumView trace={trace} sum={sum} />
      </div>
    </div>
  );
}

function brightestPixel({ activation, width }: MapTrace): Pixel {
  const at = activation.indexOf(Math.max(...activation));
  return { row: Math.floor(at / width), column: at % width };
}

/** Which map it is, in words. */
export function titleOf({ place, branch, channel }: MapTrace): string {
  return branch
    ? `Module ${shortName(place)}, ${BRANCH_TITLES[branch]} branch, channel ${channel}`
    : `First convolution, channel ${channel}`;
}
