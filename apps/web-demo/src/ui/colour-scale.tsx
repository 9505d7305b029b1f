import type { RampName } from './colour-ramp';
import { PixelCanvas } from './pixel-canvas';

interface Props {
  /** One strip each, with the same numbers under them. */
  ramps: readonly RampName[];
  /** At even steps, from the first colour to the last. */
  ticks: readonly string[];
  /** What the colours are of. */
  label: string;
}

const all256 = { height: 1, width: 256, pixels: Uint8Array.from({ length: 256 }, (_, i) => i) };

/** Which number each colour of a map stands for. */
export function ColourScale({ ramps, ticks, label }: Props) {
  return (
    <figure class="colour-scale" aria-label={`Colour scale, ${label}: ${ticks.join(', ')}`}>
      {ramps.map((ramp) => (
        <PixelCanvas key={ramp} map={all256} ramp={ramp} />
      ))}
      <figcaption class="number">
        {ticks.map((tick, i) => (
          <span key={i}>{tick}</span>
        ))}
      </figcaption>
    </figure>
  );
}
