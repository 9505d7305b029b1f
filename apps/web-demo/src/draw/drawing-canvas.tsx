import { useEffect, useRef, useState } from 'preact/hooks';
import {
  addStroke,
  clearDrawing,
  growStroke,
  isEmpty,
  showPicture,
  source,
  strokes,
  undo,
} from '../state/drawing';
import { messageOf, trouble } from '../state/network';
import { shownTheme } from '../state/theme';
import { rampTable } from '../ui/colour-ramp';
import { useFileDrop } from '../ui/use-file-drop';
import { drawStroke, PEN_WIDTH, type Point } from './strokes';

const SIDE = 560;
const STEP = 0.025;

/**
 * The canvas: mouse, pen and touch draw; arrow keys move a pen that Space sets down and lifts;
 * pictures can be dropped on it.
 */
export function DrawingCanvas() {
  const ref = useRef<HTMLCanvasElement>(null);
  const current = useRef<Point[]>([]);
  const [pen, setPen] = useState<{ at: Point; down: boolean } | undefined>();
  const { dropping, target } = useFileDrop(([file]) => {
    if (file) void openPicture(file);
  });

  useEffect(() => {
    const context = ref.current?.getContext('2d');
    if (context) paint(context, pen?.at);
  }, [strokes.value, source.value, shownTheme.value, pen]);

  const pointOf = (event: PointerEvent): Point => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  };

  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0) return;
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    setPen(undefined);
    current.current = [pointOf(event)];
    addStroke(current.current);
  };

  const onPointerMove = (event: PointerEvent) => {
    if (current.current.length === 0) return;
    current.current = [...current.current, pointOf(event)];
    growStroke(current.current);
  };

  const endStroke = () => {
    current.current = [];
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const moves: Record<string, Point> = {
      ArrowLeft: [-STEP, 0],
      ArrowRight: [STEP, 0],
      ArrowUp: [0, -STEP],
      ArrowDown: [0, STEP],
    };
    const move = moves[event.key];
    const at = pen?.at ?? [0.5, 0.25];
    if (move) {
      const next: Point = [clamp(at[0] + move[0]), clamp(at[1] + move[1])];
      const down = pen?.down ?? false;
      if (down) growStroke([...(strokes.value.at(-1) ?? []), next]);
      setPen({ at: next, down });
    } else if (event.key === ' ') {
      if (!pen?.down) addStroke([at]);
      setPen({ at, down: !pen?.down });
    } else if (event.key === 'Backspace' || (event.key === 'z' && (event.ctrlKey || event.metaKey))) {
      setPen({ at, down: false });
      undo();
    } else if (event.key === 'Delete' || event.key === 'Escape') {
      setPen(undefined);
      clearDrawing();
    } else return;
    event.preventDefault();
  };

  return (
    <div class={`canvas-frame${dropping ? ' dropping' : ''}`}>
      <canvas
        ref={ref}
        class="drawing-canvas"
        width={SIDE}
        height={SIDE}
        tabIndex={0}
        role="application"
        aria-label="Drawing canvas"
        aria-describedby="canvas-help"
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={endStroke}
        onPointerCancel={endStroke}
        onKeyDown={onKeyDown}
        onBlur={() => setPen(undefined)}
        {...target}
      />
      {isEmpty.value && !pen && (
        <p class="canvas-hint" aria-hidden="true">
          Draw a digit
        </p>
      )}
      <p id="canvas-help" class="visually-hidden">
        Draw with mouse, pen or touch. With the keyboard: arrow keys move the pen, Space sets it down or lifts
        it, Backspace takes the last stroke back, Delete clears.
      </p>
    </div>
  );
}

/** Shows a picture file on the canvas, or says why it cannot. */
export async function openPicture(file: File): Promise<void> {
  try {
    await showPicture(file, file.name);
    trouble.value = undefined;
  } catch (error) {
    trouble.value = messageOf(error);
  }
}

function paint(context: CanvasRenderingContext2D, pen: Point | undefined): void {
  const style = getComputedStyle(context.canvas);
  context.clearRect(0, 0, SIDE, SIDE);
  const shown = source.value;
  if (shown.kind === 'picture') {
    const scale = SIDE / Math.max(shown.bitmap.width, shown.bitmap.height);
    const [width, height] = [shown.bitmap.width * scale, shown.bitmap.height * scale];
    context.drawImage(shown.bitmap, (SIDE - width) / 2, (SIDE - height) / 2, width, height);
  } else if (shown.kind === 'sample') paintSample(context, shown.pixels);
  for (const stroke of strokes.value) drawStroke(context, stroke, SIDE, style.color);
  if (pen) {
    context.strokeStyle = style.caretColor;
    context.lineWidth = 3;
    context.beginPath();
    context.arc(pen[0] * SIDE, pen[1] * SIDE, (PEN_WIDTH * SIDE) / 2 + 4, 0, 2 * Math.PI);
    context.stroke();
  }
}

function paintSample(context: CanvasRenderingContext2D, pixels: Uint8Array): void {
  const table = rampTable('grey');
  const image = context.createImageData(28, 28);
  pixels.forEach((value, i) => image.data.set(table.subarray(4 * value, 4 * value + 4), 4 * i));
  const small = new OffscreenCanvas(28, 28);
  small.getContext('2d')?.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, SIDE, SIDE);
}

function clamp(unit: number): number {
  return Math.min(1, Math.max(0, unit));
}
