import { useMemo } from 'preact/hooks';
import { PixelCanvas } from '../ui/pixel-canvas';
import { highestOf, toGreyMap } from '../worker/grey-map';
import type { MapTrace } from '../worker/protocol';
import { WindowMark } from './pixel-picker';
import { inputPlane, type PixelSum } from './pixel-sum';

/** Where the window of a pixel lies, on the input channel that adds most to it. */
export function WindowPicture({ trace, sum }: { trace: MapTrace; sum: PixelSum }) {
  const [height, width, channels] = trace.inputShape;
  const channel = sum.parts[0]?.channel ?? 0;
  const plane = useMemo(() => {
    const values = inputPlane(trace, channel);
    return toGreyMap(values, height, width, highestOf(values));
  }, [trace, channel]);
  const [rows, columns] = trace.pooled ? [3, 3] : trace.kernelShape;
  const shift = trace.pooled ? 1 : 0;
  const name = channels === 1 ? 'the picture' : `input channel ${channel}, which adds most`;
  return (
    <figure class="window-picture">
      <span class="window-frame">
        <PixelCanvas map={plane} ramp="grey" />
        <WindowMark map={plane} top={sum.top - shift} left={sum.left - shift} height={rows} width={columns} />
      </span>
      <figcaption class="small soft">The window in {name}.</figcaption>
    </figure>
  );
}
