import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { shownTheme } from '../state/theme';

interface Props {
  title: string;
  steps: readonly number[];
  /** Every step's own value, drawn faintly. */
  raw: readonly number[];
  line: readonly number[];
  points: { steps: readonly number[]; values: readonly number[] };
  format: (value: number) => string;
  /** A custom property with the line's colour. */
  colour: string;
  range: [number, number];
}

const height = 210;

/** A curve over training steps; validation results are its dots. */
export function LineChart(props: Props) {
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const range = useRef(props.range);
  range.current = props.range;

  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const plot = new uPlot(options(element, props, range), toData(props), element);
    chart.current = plot;
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [shownTheme.value]);

  useEffect(
    () => chart.current?.setData(toData(props)),
    [props.steps, props.line, props.points.steps.length],
  );

  const last = props.line.at(-1);
  const lastPoint = props.points.values.at(-1);
  return (
    <figure class="line-chart">
      <figcaption>
        <b>{props.title}</b>
        <span class="soft small">
          {last !== undefined && (
            <>
              training <span class="number">{props.format(last)}</span>
            </>
          )}
          {lastPoint !== undefined && (
            <>
              {' '}
              · validation ● <span class="number">{props.format(lastPoint)}</span>
            </>
          )}
        </span>
      </figcaption>
      <div
        ref={host}
        role="img"
        aria-label={`${props.title} over ${props.steps.at(-1) ?? 0} steps, now ${last === undefined ? 'nothing' : props.format(last)}`}
      />
    </figure>
  );
}

function options(
  element: HTMLElement,
  { format, colour }: Props,
  range: { current: [number, number] },
): uPlot.Options {
  const style = getComputedStyle(element);
  const value = (name: string) => style.getPropertyValue(name).trim();
  const axis = {
    stroke: value('--ink-soft'),
    grid: { stroke: value('--line'), width: 1 },
    ticks: { show: false },
    font: `13px ${value('--mono')}`,
  };
  const stroke = value(colour);
  return {
    width: element.clientWidth,
    height,
    cursor: { show: false },
    legend: { show: false },
    scales: { x: { time: false }, y: { range: () => range.current } },
    axes: [
      { ...axis, size: 28 },
      { ...axis, size: 56, values: (_, ticks) => ticks.map(format) },
    ],
    series: [
      {},
      { stroke, width: 1, alpha: 0.28, points: { show: false } },
      { stroke, width: 2.5, points: { show: false } },
      {
        stroke,
        paths: () => null,
        points: { show: true, size: 11, width: 2.5, fill: value('--card'), stroke },
      },
    ],
  };
}

function toData({ steps, raw, line, points }: Props): uPlot.AlignedData {
  const at = new Map(points.steps.map((step, i) => [step, points.values[i] ?? null]));
  const missing = points.steps.filter((step) => !steps.includes(step));
  if (missing.length === 0)
    return [[...steps], [...raw], [...line], steps.map((step) => at.get(step) ?? null)];
  const all = [...new Set([...steps, ...missing])].sort((a, b) => a - b);
  const index = new Map(steps.map((step, i) => [step, i]));
  const pick = (values: readonly number[]) => all.map((step) => values[index.get(step) ?? -1] ?? null);
  return [all, pick(raw), pick(line), all.map((step) => at.get(step) ?? null)];
}
