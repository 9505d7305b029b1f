import { useLayoutEffect, useRef } from 'preact/hooks';
import type { GreyMap } from '../worker/protocol';
import { rampTable, type RampName } from './colour-ramp';

interface Props {
  map: GreyMap;
  ramp: RampName;
  /** What the picture shows, for those who do not see it; without it the picture is decoration. */
  label?: string;
  class?: string;
  /** Makes low values transparent, for a map that lies over another picture. */
  overlay?: boolean;
}

/** A map of bytes as crisp pixels. */
export function PixelCanvas({ map, ramp, label, overlay = false, class: className = '' }: Props) {
  const ref = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const context = ref.current?.getContext('2d');
    if (!context) return;
    const image = context.createImageData(map.width, map.height);
    const table = rampTable(ramp);
    map.pixels.forEach((value, i) => {
      image.data.set(table.subarray(4 * value, 4 * value + 4), 4 * i);
      if (overlay) image.data[4 * i + 3] = Math.min(225, value * 1.1);
    });
    context.putImageData(image, 0, 0);
  }, [map, ramp, overlay]);
  return (
    <canvas
      ref={ref}
      class={`pixels ${className}`}
      width={map.width}
      height={map.height}
      role={label ? 'img' : undefined}
      aria-label={label}
      aria-hidden={label ? undefined : true}
    />
  );
}
