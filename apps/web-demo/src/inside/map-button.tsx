import { PixelCanvas } from '../ui/pixel-canvas';
import type { RampName } from '../ui/colour-ramp';
import type { FeatureMap } from '../worker/protocol';

interface Props {
  map: FeatureMap;
  ramp: RampName;
  label: string;
  /** Enlarges the map; without it, it is a picture. */
  onEnlarge?: (channel: number) => void;
}

/** A feature map that can be enlarged. */
export function MapButton({ map, ramp, label, onEnlarge }: Props) {
  if (!onEnlarge) return <PixelCanvas map={map} ramp={ramp} label={label} />;
  return (
    <button
      class="map-button"
      type="button"
      aria-haspopup="dialog"
      aria-label={`${label}: enlarge`}
      onClick={() => onEnlarge(map.channel)}
    >
      <PixelCanvas map={map} ramp={ramp} />
    </button>
  );
}
