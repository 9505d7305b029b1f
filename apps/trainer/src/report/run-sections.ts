import { getPath, isObject } from '../config/merge';
import { duration, percent, thousands } from '../render/format';
import { settingsOf, settingText } from '../runs/differences';
import { html, type Html } from './html';
import { reliability } from './overlay';
import { note, table } from './parts';
import type { ReportedRun } from './reported-run';
import type { Results } from './results';

/** What is said of each run by itself. */
export function runSections(run: ReportedRun, i: number): Html {
  const { results, pictures } = run;
  const id = (name: string): string => `${name}-${i + 1}`;
  const section = (name: string, title: string, content: Html): Html =>
    html`<section id="${id(name)}">
      <h2>${title}</h2>
      ${content}
    </section>`;
  const part = results === undefined ? '' : ` (${results.part})`;
  return html`${section('epochs', 'Epochs', epochTable(run))}${
    results === undefined
      ? section('test', 'Evaluation', note('The run has not come to its end: nothing is evaluated yet.'))
      : html`${section('confusion', `Confusion matrix${part}`, confusion(results))}${section(
          'classes',
          `Classes${part}`,
          classTable(results),
        )}${section('calibration', `Calibration${part}`, calibration(run, results))}${section(
          'mistakes',
          `Worst mistakes${part}`,
          mistakes(run, results),
        )}`
  }${section('augmentation', 'Augmentation', typeof pictures === 'string' ? note(pictures) : augmentation(run))}${section(
    'costs',
    'Costs',
    costTable(run),
  )}${section('environment', 'Environment', environment(run))}${section(
    'configuration',
    'Configuration',
    table(
      ['setting', 'value'],
      settingsOf(run.run.config).map(([path, value]) => [path, settingText(value)]),
    ),
  )}`;
}

function epochTable({ epochs }: ReportedRun): Html {
  if (epochs.length === 0) return note('No epoch is through.');
  const number = (value: unknown, write: (value: number) => string): string =>
    typeof value === 'number' ? write(value) : '-';
  const four = (value: number): string => value.toFixed(4);
  const share = (value: number): string => percent(value);
  return table(
    ['epoch', 'loss', 'accuracy', 'validation loss', 'validation accuracy', 'time', 'images/s'],
    epochs.map((epoch) => [
      number(epoch.epoch, String),
      number(epoch.loss, four),
      number(epoch.accuracy, share),
      number(getPath(epoch, ['validation', 'loss']), four),
      number(getPath(epoch, ['validation', 'accuracy']), share),
      number(epoch.durationMs, duration),
      number(epoch.imagesPerSecond, (speed) => speed.toFixed(1)),
    ]),
  );
}

const WIDEST_MATRIX = 50;
const CONFUSIONS = 20;

function confusion({ matrix, classNames }: Results): Html {
  if (matrix === undefined) return note('The files of this run do not have it.');
  const name = (label: number): string => classNames[label] ?? String(label);
  const wrong = matrix
    .flatMap((row, i) => row.map((count, j) => ({ count, i, j })))
    .filter(({ count, i, j }) => i !== j && count > 0);
  wrong.sort((a, b) => b.count - a.count);
  if (matrix.length > WIDEST_MATRIX)
    return table(
      ['class', 'taken for', 'images'],
      wrong.slice(0, CONFUSIONS).map(({ count, i, j }) => [name(i), name(j), thousands(count)]),
    );
  const most = wrong[0]?.count ?? 1;
  const cell = (count: number, i: number, j: number, total: number): Html => {
    if (count === 0) return html`<td class="none">·</td>`;
    const share = i === j ? count / Math.max(1, total) : count / most;
    return html`<td class="${i === j ? 'right' : 'wrong'}" style="--share:${share.toFixed(3)}">${count}</td>`;
  };
  return html`<p class="note">Rows are true classes, columns predictions.</p>
    <div class="scroll">
      <table class="matrix">
        <thead>
          <tr>
            <th></th>
            ${matrix.map((_, j) => html`<th scope="col">${name(j)}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${matrix.map((row, i) => {
            const total = row.reduce((sum, count) => sum + count, 0);
            return html`<tr>
              <th scope="row">${name(i)}</th>
              ${row.map((count, j) => cell(count, i, j, total))}
            </tr> `;
          })}
        </tbody>
      </table>
    </div>`;
}

function classTable({ perClass }: Results): Html {
  if (perClass === undefined) return note('The files of this run do not have it.');
  return table(
    ['class', 'images', 'precision', 'recall', 'F1'],
    perClass.map(({ name, label, support, precision, recall, f1 }) => [
      name ?? String(label),
      thousands(support),
      percent(precision),
      percent(recall),
      percent(f1),
    ]),
  );
}

function calibration(run: ReportedRun, { calibration: bins, calibrationError }: Results): Html {
  const error =
    calibrationError === undefined ? '' : `Expected calibration error: ${percent(calibrationError)}.`;
  if (bins === undefined) return note(`${error} ${evaluateAgain(run)}`.trim());
  const used = bins.filter(({ count }) => count > 0);
  return html`<p>${error}</p>
    ${reliability([run])}
    <details>
      <summary>The bins as a table</summary>
      ${table(
        ['confidence', 'images', 'mean confidence', 'right'],
        used.map(({ from, to, count, confidence, accuracy }) => [
          `${percent(from, 1)} to ${percent(to, 1)}`,
          thousands(count),
          percent(confidence),
          percent(accuracy),
        ]),
      )}
    </details>`;
}

function evaluateAgain({ name }: ReportedRun): string {
  return `The files of this run say no more; googlenet evaluate --model ${name} adds it.`;
}

function mistakes(run: ReportedRun, results: Results): Html {
  const { pictures } = run;
  const { photoMistakes } = results;
  if (photoMistakes !== undefined)
    return table(
      ['picture', 'is', 'taken for', 'probability'],
      photoMistakes.map(({ file, label, predicted, probability }) => [
        file,
        label,
        predicted,
        percent(probability),
      ]),
    );
  if (typeof pictures === 'string') return note(pictures);
  if (results.mistakes === undefined) return note(evaluateAgain(run));
  if (pictures.mistakes.length === 0) return html`<p>There are none.</p>`;
  return html`<ul class="pictures">
    ${pictures.mistakes.map(
      ({ image, label, predicted, probability, index }) =>
        html`<li>
          <img src="${image}" alt="test image ${index}" />${label}, taken for ${predicted}<br /><span
            class="note"
            >${percent(probability, 1)}, #${index}</span
          >
        </li> `,
    )}
  </ul>`;
}

function augmentation({ pictures }: ReportedRun): Html {
  if (typeof pictures === 'string') return note(pictures);
  if (pictures.augmented.length === 0) return html`<p>The run leaves its images as they are.</p>`;
  return html`<p class="note">
      Some training images, first as they are, then as the random changes of an epoch each make them.
    </p>
    <div class="scroll">
      <table class="augmented">
        <tbody>
          ${pictures.augmented.map(
            ({ label, original, variants }) =>
              html`<tr>
                <th scope="row">${label}</th>
                ${[original, ...variants].map((image, i) => html`<td><img src="${image}" alt="${i === 0 ? `training image, ${label}` : `changed, ${i}`}" /></td>`)}
              </tr> `,
          )}
        </tbody>
      </table>
    </div>`;
}

function costTable({ costs }: ReportedRun): Html {
  if (costs === undefined) return note('They come with the network at the end of the run.');
  const total = (of: 'parameters' | 'macs'): string =>
    thousands(costs.reduce((sum, cost) => sum + cost[of], 0));
  return html`<p class="note">
      Of the saved network: multiply-accumulates for one image, of convolutions and dense layers.
    </p>
    ${table(
      ['part', 'output', 'parameters', 'multiply-accumulates'],
      costs.map(({ name, output, parameters, macs }) => [
        name,
        output,
        thousands(parameters),
        thousands(macs),
      ]),
      ['total', '', total('parameters'), total('macs')],
    )}`;
}

function environment({ run, summary, engine }: ReportedRun): Html {
  const facts: [string, unknown][] = [
    ['started', run.startedAt],
    ['finished', summary?.finishedAt],
    ['engine', isObject(engine) ? [engine.name, engine.detail].filter(Boolean).join(': ') : undefined],
    ...factsIn(summary, 'machine'),
    ...factsIn(summary, 'versions'),
    ['commit', summary?.commit],
    ['resumed', getPath(summary, ['times', 'resumed'])],
    ...(isObject(summary?.times)
      ? Object.entries(summary.times)
          .filter(([name, value]) => name.endsWith('Ms') && typeof value === 'number')
          .map(([name, value]): [string, unknown] => [
            `time: ${name.slice(0, -2)}`,
            duration(value as number),
          ])
      : []),
    ...factsIn(getPath(summary, ['data']), 'sha256', 'sha256 of '),
  ];
  return table(
    ['', 'value'],
    facts
      .filter(([, value]) => value !== undefined && value !== '')
      .map(([name, value]) => [name, settingText(value)]),
  );
}

function factsIn(from: unknown, name: string, before = ''): [string, unknown][] {
  const part = getPath(from, [name]);
  return isObject(part) ? Object.entries(part).map(([key, value]) => [before + key, value]) : [];
}
