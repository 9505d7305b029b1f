import type { Picture } from '../picture';

/** Draws line segments `[x0, y0, x1, y1]` with round ends on a grey picture. */
export function drawStrokes(
  width: number,
  height: number,
  segments: readonly (readonly [number, number, number, number])[],
  options: { thickness?: number; ink?: number; paper?: (x: number, y: number) => number } = {},
): Picture {
  const { thickness = 8, ink = 0, paper = () => 255 } = options;
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let distance = Infinity;
      for (const segment of segments) distance = Math.min(distance, distanceTo(segment, x, y));
      const cover = Math.min(1, Math.max(0, thickness / 2 - distance + 0.5));
      data[y * width + x] = Math.round(paper(x, y) * (1 - cover) + ink * cover);
    }
  }
  return { data, width, height, channels: 1 };
}

function distanceTo(
  [x0, y0, x1, y1]: readonly [number, number, number, number],
  x: number,
  y: number,
): number {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const along = dx * dx + dy * dy;
  const t = along === 0 ? 0 : Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) / along));
  return Math.sqrt((x - x0 - t * dx) ** 2 + (y - y0 - t * dy) ** 2);
}

/** A grey picture as RGBA: `paint` gives the four bytes of a grey value. */
export function toRgba(picture: Picture, paint: (grey: number) => [number, number, number, number]): Picture {
  const data = new Uint8ClampedArray(picture.width * picture.height * 4);
  picture.data.forEach((grey, i) => data.set(paint(grey), i * 4));
  return { ...picture, data, channels: 4 };
}
