import { html, type Html } from './html';
import { linear, scaleFor, type Scale } from './scale';

/** A point of a curve. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A curve of a chart. */
export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
  /** Which of the colours of the page. */
  readonly color: number;
  /** Few points that are measurements of their own: dashed between them, each with a mark that says its value. */
  readonly marked?: boolean;
}

export interface LineChart {
  readonly title: string;
  readonly xLabel: string;
  readonly series: readonly Series[];
  /** Whether a wide range of values is shown by its powers of ten. */
  readonly log?: boolean;
  /** How a value is written beside the axis and at a mark; default three digits. */
  readonly format?: (value: number) => string;
}

const WIDTH = 560;
const HEIGHT = 260;
const LEFT = 56;
const RIGHT = 12;
const TOP = 10;
const BOTTOM = 40;

/** A chart as SVG that needs no script, with a legend; undefined where there is nothing to draw. */
export function lineChart({ title, xLabel, series, log, format = threeDigits }: LineChart): Html | undefined {
  const drawn = series
    .map((one) => ({
      ...one,
      points: one.points.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y)),
    }))
    .filter(({ points }) => points.length > 0);
  const all = drawn.flatMap(({ points }) => points);
  if (all.length === 0) return undefined;
  const xs = scaleFor(all.map(({ x }) => x));
  const ys = scaleFor(
    all.map(({ y }) => y),
    { log: log === true },
  );
  const place = placer(xs, ys);
  return figure(
    title,
    legend(drawn),
    `${title}: ${drawn.map(({ name }) => name).join(', ')}`,
    html`${axes(xs, ys, xLabel, format)} ${drawn.map((one) => curve(one, place, format))}`,
  );
}

/** A square with the share that is right beside the confidence, both from 0 to 1; the diagonal is what a calibrated network has. */
export function reliabilityChart(title: string, series: readonly Series[]): Html | undefined {
  const drawn = series.filter(({ points }) => points.length > 0).map((one) => ({ ...one, marked: true }));
  if (drawn.length === 0) return undefined;
  const unit = linear(0, 1);
  const place = placer(unit, unit);
  const format = (value: number): string => value.toFixed(3);
  const [from, to] = [place({ x: 0, y: 0 }), place({ x: 1, y: 1 })];
  return figure(
    title,
    drawn.length > 1 && legend(drawn),
    title,
    html`${axes(unit, unit, 'confidence (mean of a bin); upwards: share that is right', threeDigits)}
      <path class="grid" stroke-dasharray="4 4" d="M${from.left} ${from.top}L${to.left} ${to.top}" />
      ${drawn.map((one) => curve(one, place, format))}`,
  );
}

/** @param label - what the drawing is called for those who do not see it. */
function figure(title: string, key: Html | false, label: string, drawing: Html): Html {
  return html`<figure class="chart">
    <figcaption>${title}</figcaption>
    ${key}
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}">${drawing}</svg>
  </figure>`;
}

function legend(series: readonly Series[]): Html {
  return html`<ul class="legend">
    ${series.map(
      ({ name, color, marked }) =>
        html`<li>
          <svg class="key" viewBox="0 0 24 8" aria-hidden="true">
            <path class="line color-${color}${marked === true ? ' marked' : ''}" d="M0 4H24" /></svg
          >${name}
        </li>`,
    )}
  </ul>`;
}

interface Place {
  readonly left: number;
  readonly top: number;
}

function placer(xs: Scale, ys: Scale): (point: Point) => Place {
  return ({ x, y }) => ({
    left: rounded(LEFT + xs.at(x) * (WIDTH - LEFT - RIGHT)),
    top: rounded(HEIGHT - BOTTOM - ys.at(y) * (HEIGHT - TOP - BOTTOM)),
  });
}

function axes(xs: Scale, ys: Scale, xLabel: string, format: (value: number) => string): Html {
  const across = (tick: number): number => rounded(LEFT + xs.at(tick) * (WIDTH - LEFT - RIGHT));
  const down = (tick: number): number => rounded(HEIGHT - BOTTOM - ys.at(tick) * (HEIGHT - TOP - BOTTOM));
  return html`${ys.ticks.map(
      (tick) =>
        html`<path class="grid" d="M${LEFT} ${down(tick)}H${WIDTH - RIGHT}" /><text
            class="end"
            x="${LEFT - 6}"
            y="${down(tick) + 4}"
            >${format(tick)}</text
          >`,
    )}${xs.ticks.map(
      (tick) =>
        html`<text class="middle" x="${across(tick)}" y="${HEIGHT - BOTTOM + 16}"
          >${threeDigits(tick)}</text
        >`,
    )}<text class="middle" x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 6}">${xLabel}</text>`;
}

function curve(
  { name, points, color, marked }: Series,
  place: (point: Point) => Place,
  format: (value: number) => string,
): Html {
  const places = points.map(place);
  const path = places.map(({ left, top }, i) => `${i === 0 ? 'M' : 'L'}${left} ${top}`).join('');
  const line =
    places.length > 1 &&
    html`<path class="line color-${color}${marked === true ? ' marked' : ''}" d="${path}" />`;
  if (marked !== true && places.length > 1) return html`${line}`;
  return html`${line}${points.map((point, i) => html`<circle class="mark color-${color}" cx="${places[i]?.left}" cy="${places[i]?.top}" r="3"><title>${name}, ${threeDigits(point.x)}: ${format(point.y)}</title></circle>`)}`;
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

/** `0.001`, `1,200`, `1e-7`. */
export function threeDigits(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 1e-4) return value.toExponential().replace(/(\.\d\d)\d*e/, '$1e');
  return value.toLocaleString('en-US', { maximumSignificantDigits: 3 });
}
