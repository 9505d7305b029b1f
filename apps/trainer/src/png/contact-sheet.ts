import { Raster, textHeight, type Color } from './raster';

/** One picture of a contact sheet. */
export interface SheetItem {
  /** `height * width` greyscale pixels, 255 is ink. */
  readonly pixels: Uint8Array;
  /** The first line: what it is and what the model took it for. */
  readonly caption: string;
  /** The second line, smaller in meaning: how sure the model was, which image it is. */
  readonly note: string;
}

export interface SheetOptions {
  readonly title: string;
  /** Of every item, pixels. */
  readonly height: number;
  readonly width: number;
  /** Pictures side by side; default 8. */
  readonly columns?: number;
  /** How the first lines are printed; default as of mistakes, in red. */
  readonly captions?: 'mistakes' | 'plain';
}

const PAPER: Color = [255, 255, 255];
const FRAME: Color = [200, 200, 200];
const INK: Color = [20, 20, 20];
const WRONG: Color = [190, 30, 30];
const FAINT: Color = [110, 110, 110];
const IMAGE_PIXELS = 112;
const GAP = 12;
const TEXT = 2;

/** One PNG with all the pictures and their captions. */
export function contactSheet(items: readonly SheetItem[], options: SheetOptions): Buffer {
  const { title, height, width, columns = 8, captions = 'mistakes' } = options;
  const scale = Math.max(1, Math.floor(IMAGE_PIXELS / Math.max(height, width)));
  const line = textHeight(TEXT);
  const cellWidth = width * scale + GAP;
  const cellHeight = height * scale + 2 * (line + 6) + GAP;
  const across = Math.max(1, Math.min(columns, Math.max(items.length, 4)));
  const top = line + 2 * GAP;
  const rows = Math.max(1, Math.ceil(items.length / across));
  const sheet = new Raster(across * cellWidth + GAP, top + rows * cellHeight, PAPER);
  sheet.text(GAP, GAP, title, INK, TEXT);
  items.forEach((item, i) => {
    const left = GAP + (i % across) * cellWidth;
    const y = top + Math.floor(i / across) * cellHeight;
    sheet.fill(left - 1, y - 1, width * scale + 2, height * scale + 2, FRAME);
    sheet.image(left, y, item.pixels, width, height, scale);
    sheet.text(
      left,
      y + height * scale + 6,
      item.caption,
      captions === 'plain' ? INK : WRONG,
      TEXT,
      width * scale,
    );
    sheet.text(left, y + height * scale + line + 11, item.note, FAINT, TEXT, width * scale);
  });
  return sheet.encode();
}
