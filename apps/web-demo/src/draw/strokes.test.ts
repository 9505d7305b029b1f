import { decodeStrokes, drawStroke, encodeStrokes, type Stroke } from './strokes';

const SEVEN: Stroke[] = [
  [
    [0.2, 0.2],
    [0.8, 0.2],
    [0.4, 0.9],
  ],
  [[0.5, 0.5]],
];

describe('strokes in a link', () => {
  it('come back to within half a step of the canvas', () => {
    const decoded = decodeStrokes(encodeStrokes(SEVEN));
    expect(decoded.map((stroke) => stroke.length)).toEqual([3, 1]);
    SEVEN.flat().forEach(([x, y], i) => {
      const [decodedX, decodedY] = decoded.flat()[i];
      expect(Math.abs(decodedX - x)).toBeLessThan(1 / 500);
      expect(Math.abs(decodedY - y)).toBeLessThan(1 / 500);
    });
  });

  it('use only characters that need no escaping in a URL', () => {
    expect(encodeStrokes(SEVEN)).toMatch(/^[A-Za-z0-9_-]+$/);
  });

  it('keep both ends of a stroke that is too long to keep whole', () => {
    const long: Stroke = Array.from({ length: 1000 }, (_, i) => [i / 999, 1 - i / 999]);
    const [decoded] = decodeStrokes(encodeStrokes([long]));
    expect(decoded?.length).toBeLessThanOrEqual(65);
    expect(decoded?.[0]).toEqual([0, 1]);
    expect(decoded?.at(-1)).toEqual([1, 0]);
  });

  it.each(['', '%%%', 'AA', 'CQEB'])('are none when the text is "%s"', (text) => {
    expect(decodeStrokes(text)).toEqual([]);
  });
});

describe('drawStroke', () => {
  function recorder() {
    const calls: string[] = [];
    const note =
      (name: string) =>
      (...numbers: number[]) =>
        void calls.push(`${name} ${numbers.map((value) => Math.round(value)).join(' ')}`.trim());
    return {
      calls,
      context: {
        beginPath: note('begin'),
        moveTo: note('move'),
        lineTo: note('line'),
        quadraticCurveTo: note('curve'),
        stroke: note('stroke'),
        lineWidth: 0,
        lineCap: 'butt' as CanvasLineCap,
        lineJoin: 'miter' as CanvasLineJoin,
        strokeStyle: '',
      },
    };
  }

  it('scales the points and the pen to the canvas', () => {
    const { calls, context } = recorder();
    drawStroke(context, SEVEN[0], 100, 'black');
    expect(calls).toEqual(['begin', 'move 20 20', 'curve 80 20 60 55', 'line 40 90', 'stroke']);
    expect(context.lineWidth).toBeCloseTo(7.5);
  });

  it('draws a single point as a dot and an empty stroke as nothing', () => {
    const { calls, context } = recorder();
    drawStroke(context, [[0.5, 0.5]], 100, 'black');
    expect(calls).toEqual(['begin', 'move 50 50', 'line 50 50', 'stroke']);
    drawStroke(context, [], 100, 'black');
    expect(calls).toHaveLength(4);
  });
});
