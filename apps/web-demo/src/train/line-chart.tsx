import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { shownTheme } from '../state/theme';

/** One line of a chart. */
export interface Curve {
  name: string;
  /** A custom property with the line's colour. */
  colour: string;
  x: readonly number[];
  line: readonly number[];
  /** Every step's own value, drawn faintly. */
  raw?: readonly number[];
  /** Validation results, drawn as dots. */
  points: readonly { x: number; y: number }[];
}

interface Props {
  title: string;
  xTitle: string;
  yTitle: string;
  curves: readonly Curve[];
  format: (value: number) => string;
  range: [number, number];
}

const HEIGHT = 240;

/** Curves over training; validation results are dots. */
export function LineChart(props: Props) {
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const range = useRef(props.range);
  range.current = props.range;
  const { title, curves, format } = props;

  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const plot = new uPlot(options(element, props, range), toData(curves), element);
    chart.current = plot;
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [shownTheme.value, curves.map(({ name, colour }) => name + colour).join()]);

  useEffect(() => chart.current?.setData(toData(curves)), [curves]);

  const [only] = curves;
  const newest = (values: readonly number[] = []) =>
    values.length > 0 ? format(values.at(-1) ?? 0) : 'nothing';
  return (
    <figure class="line-chart">
      <figcaption>
        <b>{title}</b>
        {only && curves.length === 1 && (
          <span class="soft small">
            training <span class="number">{newest(only.line)}</span>
            {only.points.length > 0 && (
              <>
                {' '}
                · validation ● <span class="number">{newest(only.points.map(({ y }) => y))}</span>
              </>
            )}
          </span>
        )}
      </figcaption>
      <div
        ref={host}
        role="img"
        aria-label={curves
          .map(
            ({ name, x, line }) =>
              `${title} of ${name} over ${x.at(-1) ?? 0} ${props.xTitle}, now ${newest(line)}`,
          )
          .join('; ')}
      />
    </figure>
  );
}

function options(
  element: HTMLElement,
  { format, curves, xTitle, yTitle }: Props,
  range: { current: [number, number] },
): uPlot.Options {
  const style = getComputedStyle(element);
  const value = (name: string) => style.getPropertyValue(name).trim();
  const axis = {
    stroke: value('--ink-soft'),
    grid: { stroke: value('--line'), width: 1 },
    ticks: { show: false },
    font: `13px ${value('--mono')}`,
    labelFont: `13px ${value('--sans')}`,
    labelSize: 20,
    labelGap: 2,
  };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    cursor: { show: false },
    legend: { show: false },
    scales: { x: { time: false }, y: { range: () => range.current } },
    axes: [
      { ...axis, size: 28, label: xTitle },
      { ...axis, size: 52, label: yTitle, values: (_, ticks) => ticks.map(format) },
    ],
    series: [{}, ...curves.flatMap(({ colour }) => seriesOf(value(colour), value('--card')))],
  };
}

/** A curve is three series: its faint single values, its line, its dots. */
function seriesOf(stroke: string, fill: string): uPlot.Series[] {
  const line = { stroke, points: { show: false }, spanGaps: true };
  return [
    { ...line, width: 1, alpha: 0.28 },
    { ...line, width: 2.5 },
    { stroke, paths: () => null, points: { show: true, size: 11, width: 2.5, fill, stroke } },
  ];
}

function toData(curves: readonly Curve[]): uPlot.AlignedData {
  const tables = curves.flatMap(({ x, raw, line, points }): uPlot.AlignedData[] => [
    [[...x], raw ? [...raw] : x.map(() => null), [...line]],
    [points.map((point) => point.x), points.map((point) => point.y)],
  ]);
  return uPlot.join(tables);
}
