type Point = readonly [number, number];

function arc(cx: number, cy: number, rx: number, ry: number, from: number, to: number, points = 14): Point[] {
  return Array.from({ length: points + 1 }, (_, i) => {
    const angle = ((from + ((to - from) * i) / points) * Math.PI) / 180;
    return [cx + rx * Math.cos(angle), cy + ry * Math.sin(angle)] as const;
  });
}

/** How a hand would write each digit, in units of the canvas's side; angles run clockwise from the right. */
export const digitStrokes: readonly (readonly (readonly Point[])[])[] = [
  [arc(0.5, 0.5, 0.2, 0.3, -80, 285, 28)],
  [
    [
      [0.52, 0.18],
      [0.5, 0.5],
      [0.48, 0.82],
    ],
  ],
  [[...arc(0.48, 0.34, 0.18, 0.16, 190, 400), [0.42, 0.66], [0.28, 0.8], [0.5, 0.78], [0.74, 0.8]]],
  [[...arc(0.46, 0.33, 0.18, 0.15, 200, 450), ...arc(0.47, 0.65, 0.21, 0.18, -80, 160)]],
  [
    [
      [0.34, 0.2],
      [0.28, 0.52],
      [0.5, 0.54],
      [0.74, 0.5],
    ],
    [
      [0.66, 0.2],
      [0.62, 0.5],
      [0.58, 0.84],
    ],
  ],
  [[[0.7, 0.2], [0.38, 0.2], [0.34, 0.46], ...arc(0.46, 0.62, 0.2, 0.19, -110, 150)]],
  [[[0.6, 0.16], ...arc(0.56, 0.5, 0.24, 0.34, -110, -180), ...arc(0.49, 0.66, 0.17, 0.16, -180, 190, 24)]],
  [
    [
      [0.28, 0.22],
      [0.5, 0.21],
      [0.72, 0.22],
      [0.58, 0.5],
      [0.46, 0.84],
    ],
  ],
  [
    [
      ...arc(0.5, 0.34, 0.15, 0.15, -30, -270, 18),
      ...arc(0.5, 0.66, 0.18, 0.17, -90, 270, 24),
      ...arc(0.5, 0.34, 0.15, 0.15, 90, -30, 10),
    ],
  ],
  [[...arc(0.49, 0.35, 0.16, 0.16, 0, -350, 24), [0.65, 0.34], [0.63, 0.6], [0.58, 0.84]]],
];
