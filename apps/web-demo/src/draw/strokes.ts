/** A point of the drawing, both coordinates in [0, 1] from the top left corner. */
export type Point = readonly [x: number, y: number];
export type Stroke = readonly Point[];

/** The pen's width as a part of the canvas's side: about the width of an MNIST digit's line. */
export const PEN_WIDTH = 0.075;

/** The part of a 2d context that drawing needs. */
export type StrokeContext = Pick<
  CanvasRenderingContext2D,
  | 'beginPath'
  | 'moveTo'
  | 'lineTo'
  | 'quadraticCurveTo'
  | 'lineWidth'
  | 'lineCap'
  | 'lineJoin'
  | 'strokeStyle'
> & { stroke(): void };

/** Draws one stroke as a smooth line through the midpoints of its points; a single point is a dot. */
export function drawStroke(context: StrokeContext, stroke: Stroke, side: number, colour: string): void {
  const first = stroke[0];
  if (!first) return;
  context.lineWidth = PEN_WIDTH * side;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  context.strokeStyle = colour;
  context.beginPath();
  context.moveTo(first[0] * side, first[1] * side);
  if (stroke.length === 1) context.lineTo(first[0] * side + 0.01, first[1] * side);
  for (let i = 1; i < stroke.length; i++) {
    const [x, y] = stroke[i];
    const next = stroke[i + 1];
    if (next)
      context.quadraticCurveTo(x * side, y * side, ((x + next[0]) / 2) * side, ((y + next[1]) / 2) * side);
    else context.lineTo(x * side, y * side);
  }
  context.stroke();
}

/**
 * Packs strokes into URL-safe text: a byte for each coordinate, and the number of points before each stroke.
 * Strokes longer than 255 points keep every n-th point.
 */
export function encodeStrokes(strokes: readonly Stroke[]): string {
  const bytes: number[] = [];
  for (const stroke of strokes) {
    const step = Math.max(1, Math.ceil(stroke.length / 64));
    const points = stroke.filter((_, i) => i % step === 0 || i === stroke.length - 1);
    bytes.push(points.length);
    for (const [x, y] of points) bytes.push(toByte(x), toByte(y));
  }
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}

/** The strokes of {@link encodeStrokes}; text that is not such strokes gives none. */
export function decodeStrokes(text: string): Stroke[] {
  let packed: string;
  try {
    packed = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  } catch {
    return [];
  }
  const bytes = Array.from(packed, (character) => character.charCodeAt(0));
  const strokes: Stroke[] = [];
  for (let at = 0; at < bytes.length;) {
    const count = bytes[at++] ?? 0;
    if (count === 0 || at + 2 * count > bytes.length) return [];
    strokes.push(
      Array.from({ length: count }, (_, i): Point => [
        (bytes[at + 2 * i] ?? 0) / 255,
        (bytes[at + 2 * i + 1] ?? 0) / 255,
      ]),
    );
    at += 2 * count;
  }
  return strokes;
}

function toByte(unit: number): number {
  return Math.round(Math.min(1, Math.max(0, unit)) * 255);
}
