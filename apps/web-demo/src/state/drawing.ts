import { computed, effect, signal } from '@preact/signals';
import { preprocessDrawing } from '@googlenet/mnist';
import { decodeStrokes, drawStroke, encodeStrokes, type Stroke } from '../draw/strokes';
import { readPictureFile } from './picture-file';
import { route } from './route';

/** What is on the canvas. */
export type Source =
  | { kind: 'strokes' }
  | { kind: 'picture'; bitmap: ImageBitmap; name: string }
  | { kind: 'sample'; pixels: Uint8Array; label: number };

const rasterSide = 280;

export const strokes = signal<readonly Stroke[]>(decodeStrokes(route.value.query.get('d') ?? ''));
export const source = signal<Source>({ kind: 'strokes' });

/** The 28x28 bytes that the network sees; nothing while the canvas is empty. */
export const networkImage = computed<Uint8Array | undefined>(() => {
  const current = source.value;
  if (current.kind === 'sample') return current.pixels;
  const side = rasterSide;
  const canvas = new OffscreenCanvas(side, side);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) return undefined;
  context.fillStyle = 'white';
  context.fillRect(0, 0, side, side);
  if (current.kind === 'picture') {
    const scale = side / Math.max(current.bitmap.width, current.bitmap.height);
    const [width, height] = [current.bitmap.width * scale, current.bitmap.height * scale];
    context.drawImage(current.bitmap, (side - width) / 2, (side - height) / 2, width, height);
  } else if (strokes.value.length === 0) return undefined;
  for (const stroke of strokes.value) drawStroke(context, stroke, side, 'black');
  const { data } = context.getImageData(0, 0, side, side);
  return preprocessDrawing({ data, width: side, height: side, channels: 4 }).image;
});

/**
 * A link to a drawing that is opened in a tab with the page shows its drawing. The entry of the tab's history is marked, so that
 * going back to it later does not undo what has been drawn since.
 */
export function followDrawingLinks(): void {
  const shown = { drawing: 'shown' };
  effect(() => {
    const drawing = route.value.query.get('d');
    if (drawing === null || (history.state as typeof shown | null)?.drawing === 'shown') return;
    history.replaceState(shown, '');
    const linked = decodeStrokes(drawing);
    if (linked.length === 0) return;
    source.value = { kind: 'strokes' };
    strokes.value = linked;
  });
}

export const isEmpty = computed(() => source.value.kind === 'strokes' && strokes.value.length === 0);

export function addStroke(stroke: Stroke): void {
  if (source.value.kind === 'sample') clearDrawing();
  strokes.value = [...strokes.value, stroke];
}

/** Replaces the stroke that is being drawn. */
export function growStroke(stroke: Stroke): void {
  strokes.value = [...strokes.value.slice(0, -1), stroke];
}

export function undo(): void {
  if (strokes.value.length > 0) strokes.value = strokes.value.slice(0, -1);
  else source.value = { kind: 'strokes' };
}

export function clearDrawing(): void {
  source.value = { kind: 'strokes' };
  strokes.value = [];
}

export function showSample(pixels: Uint8Array, label: number): void {
  strokes.value = [];
  source.value = { kind: 'sample', pixels, label };
}

/**
 * Shows a picture file.
 *
 * @throws {TypeError} if it is too large, or the browser cannot read it as a picture
 */
export async function showPicture(file: Blob, name: string): Promise<void> {
  const bytes = await readPictureFile(file, name);
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(new Blob([bytes], { type: file.type }));
  } catch (cause) {
    throw new TypeError(
      `showPicture(${name}): expected a picture, got a file that cannot be read as one. Use PNG, JPEG or WebP.`,
      { cause },
    );
  }
  strokes.value = [];
  source.value = { kind: 'picture', bitmap, name };
}

/** A link that opens the page with this drawing. */
export function drawingLink(): string {
  const url = new URL(location.href);
  url.hash = `#/${route.value.view}?d=${encodeStrokes(strokes.value)}`;
  return url.href;
}
