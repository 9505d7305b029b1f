import type { RampName } from '../ui/colour-ramp';
import { ColourScale } from '../ui/colour-scale';
import { decimal } from '../ui/format';

/** The scale of maps that show square roots: half of the way is a quarter of the activation. */
export function LiftedScale({ ramps, highest }: { ramps: readonly RampName[]; highest: number }) {
  return (
    <ColourScale
      ramps={ramps}
      ticks={['least 0', decimal(highest / 4, 2), `most ${decimal(highest, 2)}`]}
      label="activation"
    />
  );
}
