import { Html } from './html';

/** The look of a page: the reader's light or dark, no fonts and no pictures from elsewhere. */
export const STYLE = new Html(`
:root {
  color-scheme: light dark;
  --ink: light-dark(#1c1e21, #e6e8ea);
  --faint: light-dark(#5b6470, #a2abb5);
  --paper: light-dark(#fff, #16181b);
  --panel: light-dark(#f4f6f8, #202327);
  --rule: light-dark(#d5dae0, #3a4047);
  --right: 35 131 92;
  --wrong: 200 60 40;
  --color-0: light-dark(#0b62b8, #6cb2f5);
  --color-1: light-dark(#b54708, #f0a35e);
  --color-2: light-dark(#1a7f4b, #5ccf96);
  --color-3: light-dark(#9b2f8f, #e48bd9);
  --color-4: light-dark(#6b5b00, #d3c04f);
  --color-5: light-dark(#b3203a, #f58b9b);
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1.25rem 3rem; max-width: 76rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 1rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2.2rem 0 .7rem; padding-bottom: .25rem; border-bottom: 1px solid var(--rule); }
p { max-width: 70ch; margin: .5rem 0; }
footer, .note { color: var(--faint); }
footer { margin-top: 3rem; font-size: .875rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem .7rem; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--rule); }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
thead th { color: var(--faint); font-weight: 500; vertical-align: bottom; white-space: normal; }
tbody th { font-weight: 400; }
tfoot td, tfoot th { font-weight: 600; border-bottom: 0; }
details > summary { cursor: pointer; margin: .6rem 0; }
details.run > summary { font-size: 1.2rem; font-weight: 600; margin-top: 2rem; overflow-wrap: anywhere; }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: .75rem; margin: 0; padding: 0; list-style: none; }
.tiles li { background: var(--panel); border-radius: 6px; padding: .55rem .9rem; }
.tiles b { display: block; font-size: 1.3rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.tiles span { color: var(--faint); font-size: .875rem; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 26rem), 1fr)); gap: 1.5rem; }
figure { margin: 0; }
figcaption { font-weight: 600; }
.chart svg:not(.key) { display: block; width: 100%; height: auto; }
.legend { display: flex; flex-wrap: wrap; gap: .1rem 1rem; margin: .1rem 0; padding: 0; list-style: none; font-size: .8125rem; color: var(--faint); }
.key { width: 24px; height: 8px; margin-right: .35rem; vertical-align: middle; }
svg text { fill: var(--faint); font: 11px system-ui, sans-serif; }
svg .end { text-anchor: end; }
svg .middle { text-anchor: middle; }
.grid { stroke: var(--rule); fill: none; }
.line { fill: none; stroke: var(--color); stroke-width: 1.6; stroke-linejoin: round; }
.line.marked { stroke-dasharray: 5 4; }
.mark { fill: var(--color); }
.color-0 { --color: var(--color-0); } .color-1 { --color: var(--color-1); } .color-2 { --color: var(--color-2); }
.color-3 { --color: var(--color-3); } .color-4 { --color: var(--color-4); } .color-5 { --color: var(--color-5); }
.matrix td { text-align: right; min-width: 2.6rem; border: 1px solid var(--paper); }
.matrix td.right { background: rgb(var(--right) / calc(.12 + .38 * var(--share))); }
.matrix td.wrong { background: rgb(var(--wrong) / calc(.15 + .6 * var(--share))); }
.matrix td.none { color: var(--faint); }
.matrix thead th { max-width: 7rem; }
.pictures { display: flex; flex-wrap: wrap; gap: 1rem .9rem; margin: 0; padding: 0; list-style: none; }
.pictures li { width: 6rem; font-size: .8125rem; line-height: 1.35; overflow-wrap: anywhere; }
.pictures img, .augmented img { image-rendering: pixelated; background: #fff; border: 1px solid var(--rule); display: block; }
.pictures img { width: 6rem; margin-bottom: .25rem; }
.augmented img { width: 4rem; }
.augmented td, .augmented th { padding: .15rem .3rem; text-align: left; border: 0; }
@media (max-width: 40rem) { th, td { padding: .2rem .4rem; } }
@media print { details { display: block; } }
`);
