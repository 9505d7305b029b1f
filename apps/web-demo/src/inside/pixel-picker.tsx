import { useState } from 'preact/hooks';
import { PixelCanvas } from '../ui/pixel-canvas';
import type { RampName } from '../ui/colour-ramp';
import type { GreyMap } from '../worker/protocol';

export interface Pixel {
  row: number;
  column: number;
}

/** Which pixel is chosen, and which is looked at: the one under the pointer, else the chosen one. */
export interface PixelChoice {
  chosen: Pixel;
  looked: Pixel;
  look: (pixel: Pixel) => void;
  choose: (pixel: Pixel) => void;
}

export function usePixelChoice(first: Pixel | (() => Pixel)): PixelChoice {
  const [chosen, setChosen] = useState(first);
  const [looked, look] = useState(chosen);
  const choose = (pixel: Pixel) => {
    setChosen(pixel);
    look(pixel);
  };
  return { chosen, looked, look, choose };
}

interface Props {
  map: GreyMap;
  ramp: RampName;
  /** What the map is of. */
  label: string;
  choice: PixelChoice;
  autofocus?: boolean;
}

const STEPS: Record<string, readonly [number, number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** A map of which one pixel is chosen: by pointing, by a tap, or with the arrow keys. */
export function PixelPicker({ map, ramp, label, choice, autofocus = false }: Props) {
  const { chosen, looked, look, choose } = choice;
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
    choose({
      row: clamp(chosen.row + step[0], map.height),
      column: clamp(chosen.column + step[1], map.width),
    });
  };
  return (
    <div
      class="pixel-picker"
      role="application"
      tabIndex={0}
      autofocus={autofocus}
      aria-label={`${label}, ${map.height} by ${map.width} pixels. Arrow keys choose a pixel.`}
      style={{ aspectRatio: `${map.width} / ${map.height}` }}
      onPointerMove={(event) => event.pointerType === 'mouse' && look(pixelAt(event))}
      onPointerLeave={(event) => event.pointerType === 'mouse' && look(chosen)}
      onClick={(event) => choose(pixelAt(event))}
      onKeyDown={move}
    >
      <PixelCanvas map={map} ramp={ramp} />
      <WindowMark map={map} top={looked.row} left={looked.column} height={1} width={1} />
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
