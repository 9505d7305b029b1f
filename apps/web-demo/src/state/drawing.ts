import { computed, effect, signal } from '@preact/signals';
import { preprocessDrawing, type PreparedDrawing } from '@googlenet/mnist';
import { decodeStrokes, drawStroke, encodeStrokes, type Stroke } from '../draw/strokes';
import { readPictureFile } from './picture-file';
import { route } from './route';

/** What is on the canvas. */
export type Source =
  | { kind: 'strokes' }
  | { kind: 'picture'; bitmap: ImageBitmap; name: string }
  | { kind: 'sample'; pixels: Uint8Array; label: number };

/** The longer side of what is looked at, in pixels. */
const RASTER_SIDE = 280;
const PICTURE_SIDE = 384;

export const strokes = signal<readonly Stroke[]>(decodeStrokes(route.value.query.get('d') ?? ''));
export const source = signal<Source>({ kind: 'strokes' });

/** The drawing or picture in the form of MNIST; nothing while the canvas is empty, and for a test digit, which has that form. */
const prepared = computed<PreparedDrawing | undefined>(() => {
  const current = source.value;
  if (current.kind === 'sample') return undefined;
  if (current.kind === 'strokes' && strokes.value.length === 0) return undefined;
  const { width, height } = current.kind === 'picture' ? fit(current.bitmap) : SQUARE;
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) return undefined;
  if (current.kind === 'picture') {
    context.imageSmoothingQuality = 'high';
    context.drawImage(current.bitmap, 0, 0, width, height);
  } else {
    context.fillStyle = 'white';
    context.fillRect(0, 0, width, height);
  }
  // Strokes lie on the square canvas, in whose middle a picture is shown.
  const side = Math.max(width, height);
  context.translate((width - side) / 2, (height - side) / 2);
  for (const stroke of strokes.value) drawStroke(context, stroke, side, 'black');
  const { data } = context.getImageData(0, 0, width, height);
  return preprocessDrawing({ data, width, height, channels: 4 });
});

const SQUARE = { width: RASTER_SIDE, height: RASTER_SIDE };

function fit({ width, height }: ImageBitmap): { width: number; height: number } {
  const scale = Math.min(1, PICTURE_SIDE / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** The 28x28 bytes that the network sees; nothing while there is nothing to see. */
export const networkImage = computed<Uint8Array | undefined>(() => {
  if (source.value.kind === 'sample') return source.value.pixels;
  return prepared.value?.empty === false ? prepared.value.image : undefined;
});

/** Whether there is a picture in which nothing is written. */
export const nothingWritten = computed(() => prepared.value?.empty === true);

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
    bitmap = await createImageBitmap(new Blob([bytes], { type: file.type }), {
      imageOrientation: 'from-image',
    });
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
