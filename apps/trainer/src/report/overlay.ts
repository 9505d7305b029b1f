import { RESULTS, settingsThatDiffer, settingText } from '../runs/differences';
import type { Curves } from './curves';
import { html, type Html } from './html';
import { lineChart, reliabilityChart, threeDigits, type Series } from './line-chart';
import { note, table } from './parts';
import type { ReportedRun } from './reported-run';

const COLORS = 6;

/** Results of the runs side by side, and the settings in which they differ. */
export function comparison(runs: readonly ReportedRun[]): Html {
  const [only] = runs;
  if (runs.length === 1 && only !== undefined) return tiles(only);
  const names = runs.map(({ name }) => name);
  const results = RESULTS.map(({ name, text }) => [name, ...runs.map(({ run }) => text(run) ?? '-')]);
  const settings = settingsThatDiffer(runs.map(({ run }) => run.config));
  return html`<section id="results">
      <h2>Results</h2>
      ${table(['', ...names], results)}
    </section>
    <section id="differences">
      <h2>Settings that differ</h2>
      ${
        settings.length === 0
          ? html`<p>No setting differs.</p>`
          : table(
              ['setting', ...names],
              settings.map(([path, values]) => [path, ...values.map(settingText)]),
            )
      }
    </section>`;
}

function tiles({ run }: ReportedRun): Html {
  return html`<ul class="tiles" id="results">
    ${RESULTS.map(({ name, text }) => ({ name, value: text(run) })).map(
      ({ name, value }) => value !== undefined && html`<li><b>${value}</b><span>${name}</span></li>`,
    )}
  </ul>`;
}

/** The curves of all runs, each chart with all of them. */
export function curveCharts(runs: readonly ReportedRun[]): Html {
  const of = (
    kinds: readonly { readonly name: string; readonly curve: keyof Curves; readonly marked?: true }[],
  ): Series[] =>
    runs.flatMap(({ name, curves }, i) =>
      kinds.map(({ name: kind, curve, marked }, k) => ({
        name: runs.length === 1 ? kind : `${name}, ${kind}`,
        points: curves[curve] as Series['points'],
        color: (runs.length === 1 ? k : i) % COLORS,
        marked: marked === true,
      })),
    );
  const xLabel = 'epochs';
  const charts = [
    lineChart({
      title: 'Loss (cross-entropy)',
      xLabel,
      log: true,
      series: of([
        { name: 'training', curve: 'trainingLoss' },
        { name: 'validation', curve: 'validationLoss', marked: true },
      ]),
    }),
    lineChart({
      title: 'Accuracy',
      xLabel,
      format: (value) => `${threeDigits(100 * value)} %`,
      series: of([
        { name: 'training', curve: 'trainingAccuracy' },
        { name: 'validation', curve: 'validationAccuracy', marked: true },
      ]),
    }),
    lineChart({
      title: 'Learning rate',
      xLabel,
      series: of([{ name: 'learning rate', curve: 'learningRate' }]),
    }),
    lineChart({
      title: 'Images a second',
      xLabel,
      series: of([{ name: 'training', curve: 'imagesPerSecond' }]),
    }),
  ].filter((chart) => chart !== undefined);
  if (charts.length === 0) return note('No step has been written down yet.');
  const joined = Math.max(...runs.map(({ curves }) => curves.stepsPerPoint));
  return html`<div class="charts">${charts}</div>
    ${
      joined > 1 &&
      note(`A point of training is the mean of ${runs.length > 1 ? 'up to ' : ''}${joined} steps.`)
    }`;
}

/** The reliability diagrams of all runs in one. */
export function reliability(runs: readonly ReportedRun[]): Html {
  const chart = reliabilityChart(
    'Reliability on the test images',
    runs.map(({ name, results }, i) => ({
      name,
      color: i % COLORS,
      points: (results?.calibration ?? [])
        .filter(({ count }) => count > 0)
        .map(({ confidence, accuracy }) => ({ x: confidence, y: accuracy })),
    })),
  );
  return chart === undefined
    ? note('The files of these runs do not have it.')
    : html`<div class="charts">${chart}</div>`;
}
