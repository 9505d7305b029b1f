import { useState } from 'preact/hooks';
import { PixelCanvas } from '../ui/pixel-canvas';
import type { RampName } from '../ui/colour-ramp';
import type { GreyMap } from '../worker/protocol';

export interface Pixel {
  row: number;
  column: number;
}

interface Props {
  map: GreyMap;
  ramp: RampName;
  /** What the map is of. */
  label: string;
  chosen: Pixel;
  /** Called with the pixel under the pointer, and with the chosen one when the pointer leaves. */
  onLook: (pixel: Pixel) => void;
  onChoose: (pixel: Pixel) => void;
  autofocus?: boolean;
}

const STEPS: Record<string, readonly [number, number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** A map of which one pixel is chosen: by pointing, by a tap, or with the arrow keys. */
export function PixelPicker({ map, ramp, label, chosen, onLook, onChoose, autofocus = false }: Props) {
  const [shown, setShown] = useState(chosen);
  const show = (pixel: Pixel, keep: boolean) => {
    setShown(pixel);
    (keep ? onChoose : onLook)(pixel);
  };
  const pixelAt = ({ currentTarget, clientX, clientY }: PointerEvent | MouseEvent): Pixel => {
    const { left, top, width, height } = (currentTarget as HTMLElement).getBoundingClientRect();
    const within = (part: number, count: number) =>
      Math.min(count - 1, Math.max(0, Math.floor(part * count)));
    return {
      row: within((clientY - top) / height, map.height),
      column: within((clientX - left) / width, map.width),
    };
  };
  const move = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const clamp = (value: number, count: number) => Math.min(count - 1, Math.max(0, value));
    show(
      { row: clamp(chosen.row + step[0], map.height), column: clamp(chosen.column + step[1], map.width) },
      true,
    );
  };
  return (
    <div
      class="pixel-picker"
      role="application"
      tabIndex={0}
      autofocus={autofocus}
      aria-label={`${label}, ${map.height} by ${map.width} pixels. Arrow keys choose a pixel.`}
      style={{ aspectRatio: `${map.width} / ${map.height}` }}
      onPointerMove={(event) => event.pointerType === 'mouse' && show(pixelAt(event), false)}
      onPointerLeave={(event) => event.pointerType === 'mouse' && show(chosen, false)}
      onClick={(event) => show(pixelAt(event), true)}
      onKeyDown={move}
    >
      <PixelCanvas map={map} ramp={ramp} />
      <WindowMark map={map} top={shown.row} left={shown.column} height={1} width={1} />
    </div>
  );
}

interface MarkProps {
  map: { height: number; width: number };
  top: number;
  left: number;
  height: number;
  width: number;
}

/** A frame around some pixels of the map that it lies on. */
export function WindowMark({ map, top, left, height, width }: MarkProps) {
  return (
    <span
      class="window-mark"
      aria-hidden="true"
      style={{
        top: `${(100 * top) / map.height}%`,
        left: `${(100 * left) / map.width}%`,
        height: `${(100 * height) / map.height}%`,
        width: `${(100 * width) / map.width}%`,
      }}
    />
  );
}
