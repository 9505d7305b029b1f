import type { ComponentChildren } from 'preact';
import { PixelCanvas } from '../ui/pixel-canvas';
import type { GreyMap, ModuleView } from '../worker/protocol';
import { shortName } from './branches';

interface Props {
  /** The module that is looked into; undefined while that is computed. */
  view: ModuleView | undefined;
  /** Pixels a side that its map is enlarged to. */
  side: number;
  /** What the map lies over, in words. */
  over: string;
  class?: string;
  /** The picture below the map. */
  children: ComponentChildren;
}

/** Grad-CAM of a module over what the network was shown. */
export function GradCam({ view, side, over, class: className = '', children }: Props) {
  return (
    <div class={`cam ${className}`}>
      {children}
      {view && (
        <PixelCanvas
          class="cam-overlay"
          map={smooth(view.gradCam, side)}
          ramp="magma"
          overlay
          label={`Grad-CAM of module ${shortName(view.name)} over ${over}`}
        />
      )}
    </div>
  );
}

/** A map enlarged with bilinear interpolation, as Grad-CAM is always shown. */
function smooth(map: GreyMap, side: number): GreyMap {
  const pixels = new Uint8Array(side * side);
  const at = (y: number, x: number) =>
    map.pixels[
      Math.min(map.height - 1, Math.max(0, y)) * map.width + Math.min(map.width - 1, Math.max(0, x))
    ] ?? 0;
  for (let row = 0; row < side; row++) {
    const y = ((row + 0.5) * map.height) / side - 0.5;
    const top = Math.floor(y);
    for (let column = 0; column < side; column++) {
      const x = ((column + 0.5) * map.width) / side - 0.5;
      const left = Math.floor(x);
      const upper = at(top, left) * (left + 1 - x) + at(top, left + 1) * (x - left);
      const lower = at(top + 1, left) * (left + 1 - x) + at(top + 1, left + 1) * (x - left);
      pixels[row * side + column] = upper * (top + 1 - y) + lower * (y - top);
    }
  }
  return { height: side, width: side, pixels };
}
