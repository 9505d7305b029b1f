// Writes samples/: pictures that ImageNet's network names and that belong to nobody else, for the Photo view. They are drawn here, by a formula each.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launchChromium } from './launch-chromium.mjs';

const SIDE = 448;
const target = fileURLToPath(new URL('../samples/', import.meta.url));

/** A generator of numbers in [0, 1), always the same ones. */
function numbers(seed) {
  let state = seed;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

const at = (angle, radius) =>
  `${(224 + radius * Math.sin(angle)).toFixed(1)} ${(224 - radius * Math.cos(angle)).toFixed(1)}`;

function clock() {
  const turn = 2 * Math.PI;
  const marks = Array.from({ length: 60 }, (_, i) => {
    const [inner, width] = i % 5 === 0 ? [146, 6] : [154, 2];
    return `<path d="M${at((i * turn) / 60, inner)}L${at((i * turn) / 60, 163)}" stroke="#222" stroke-width="${width}"/>`;
  });
  const hours = Array.from({ length: 12 }, (_, i) => {
    const [x, y] = at(((i + 1) * turn) / 12, 122).split(' ');
    return `<text x="${x}" y="${Number(y) + 12}" text-anchor="middle" font-family="serif" font-size="36" fill="#1a1a1a">${i + 1}</text>`;
  });
  const hand = (angle, length, width, colour) =>
    `<path d="M${at(angle + Math.PI, 24)}L${at(angle, length)}" stroke="${colour}" stroke-width="${width}" stroke-linecap="round"/>`;
  return `<defs><radialGradient id="face" cx=".4" cy=".35"><stop offset="0" stop-color="#fffef8"/><stop offset="1" stop-color="#ddd6c4"/></radialGradient>
    <linearGradient id="rim" x2="1" y2="1"><stop offset="0" stop-color="#c59a4a"/><stop offset=".5" stop-color="#6d4a16"/><stop offset="1" stop-color="#e2bd74"/></linearGradient>
    <linearGradient id="wall" x2="0" y2="1"><stop offset="0" stop-color="#9fb2b5"/><stop offset="1" stop-color="#7c9094"/></linearGradient></defs>
    <rect width="448" height="448" fill="url(#wall)"/><circle cx="232" cy="236" r="196" fill="#0004"/><circle cx="224" cy="224" r="194" fill="url(#rim)"/>
    <circle cx="224" cy="224" r="172" fill="url(#face)" stroke="#4d3510" stroke-width="3"/>${marks.join('')}${hours.join('')}
    ${hand(5.25, 84, 10, '#111')}${hand(1.1, 128, 7, '#111')}${hand(3.6, 138, 2.5, '#b3261e')}<circle cx="224" cy="224" r="9" fill="#111"/>`;
}

function crossword() {
  const next = numbers(7);
  const [cells, side] = [13, 34];
  const letters = 'ETAOINSHRDLUCMFWYPVBGK';
  let number = 0;
  const squares = Array.from({ length: cells * cells }, (_, i) => {
    const [row, column] = [Math.floor(i / cells), i % cells];
    const [x, y] = [3 + column * side, 3 + row * side];
    const dark = (a, b) => (a % 2 === 1 && b % 2 === 1) || ((a * 5 + b * 3) % 11 === 4 && (a + b) % 2 === 0);
    if (dark(row, column)) return `<rect x="${x}" y="${y}" width="${side}" height="${side}" fill="#111"/>`;
    const first = row === 0 || column === 0 || dark(row - 1, column) || dark(row, column - 1);
    const note = first
      ? `<text x="${x + 3}" y="${y + 10}" font-size="9" font-family="sans-serif">${++number}</text>`
      : '';
    const letter =
      next() < 0.4
        ? `<text x="${x + 17}" y="${y + 28}" font-size="22" text-anchor="middle" font-family="cursive" fill="#25408f">${letters[Math.floor(next() * letters.length)]}</text>`
        : '';
    return `<rect x="${x}" y="${y}" width="${side}" height="${side}" fill="#fbfaf4" stroke="#111" stroke-width="1.5"/>${note}${letter}`;
  });
  return `<rect width="448" height="448" fill="#fbfaf4"/>${squares.join('')}`;
}

function trafficLight() {
  const lamp = (y, colour, glow) =>
    `<circle cx="224" cy="${y}" r="47" fill="#0c0c0c"/><circle cx="224" cy="${y}" r="42" fill="${colour}"/>${glow ? `<circle cx="224" cy="${y}" r="70" fill="${glow}" opacity=".35"/>` : ''}
     <path d="M170 ${y - 6}a54 54 0 0 1 108 0l-8 0a46 46 0 0 0 -92 0z" fill="#15171a"/>`;
  return `<defs><linearGradient id="sky" x2="0" y2="1"><stop offset="0" stop-color="#5f93c9"/><stop offset="1" stop-color="#c9dcec"/></linearGradient>
    <linearGradient id="box" x2="1"><stop offset="0" stop-color="#30343a"/><stop offset=".5" stop-color="#1b1d21"/><stop offset="1" stop-color="#101114"/></linearGradient></defs>
    <rect width="448" height="448" fill="url(#sky)"/><rect x="214" y="380" width="20" height="80" fill="#555a60"/>
    <rect x="150" y="28" width="148" height="362" rx="22" fill="url(#box)" stroke="#0a0a0a" stroke-width="4"/>
    ${lamp(96, '#ff2a1c', '#ff5a3c')}${lamp(210, '#4a3a10')}${lamp(324, '#0f3d1c')}`;
}

const browser = await launchChromium();
mkdirSync(target, { recursive: true });
try {
  const page = await browser.newPage({ viewport: { width: SIDE, height: SIDE } });
  for (const [name, draw] of Object.entries({ clock, crossword, 'traffic-light': trafficLight })) {
    await page.setContent(
      `<style>body{margin:0}</style><svg width="${SIDE}" height="${SIDE}" viewBox="0 0 448 448" style="display:block">${draw()}</svg>`,
    );
    await page.screenshot({ path: join(target, `${name}.jpg`), type: 'jpeg', quality: 88 });
  }
} finally {
  await browser.close();
}
