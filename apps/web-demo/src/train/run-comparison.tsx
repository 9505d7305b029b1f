import { count, duration, percent, widthName } from '../ui/format';
import { LineChart, type Curve } from './line-chart';
import { smoothed } from './history';
import { OPTIMIZER_NAMES, SCHEDULE_NAMES } from './setting-names';
import type { RunRecord } from './run-record';

const COLOURS = [
  '--branch-conv1x1',
  '--branch-conv3x3',
  '--branch-conv5x5',
  '--branch-pool',
  '--ink',
  '--bad',
];
const colourOf = (i: number) => COLOURS[i % COLOURS.length] ?? '--ink';

/** Kept runs in one chart, over the images that they have seen, and their final numbers. */
export function RunComparison({ runs }: { runs: readonly RunRecord[] }) {
  return (
    <section class="card curves" aria-labelledby="comparison-title" data-testid="comparison">
      <h2 id="comparison-title">{runs.length > 1 ? 'Side by side' : runs[0]?.name}</h2>
      <LineChart
        title="Loss"
        xTitle="images seen"
        yTitle="loss"
        curves={runs.map((run, i) => curveOf(run, i, 'loss'))}
        format={(value) => value.toFixed(2)}
        range={[0, 2.5]}
      />
      <LineChart
        title="Accuracy"
        xTitle="images seen"
        yTitle="accuracy"
        curves={runs.map((run, i) => curveOf(run, i, 'accuracy'))}
        format={(value) => `${Math.round(100 * value)} %`}
        range={[0, 1]}
      />
      <FinalNumbers runs={runs} />
    </section>
  );
}

/** One run's curve: steps become images, so that runs of different batches lie on one axis. */
function curveOf({ name, settings, history }: RunRecord, i: number, what: 'loss' | 'accuracy'): Curve {
  const images = (step: number) => step * settings.batchSize;
  return {
    name,
    colour: colourOf(i),
    x: history.step.map(images),
    line: smoothed(history[what]),
    points: history.validation.map((point) => ({ x: images(point.step), y: point[what] })),
  };
}

function FinalNumbers({ runs }: { runs: readonly RunRecord[] }) {
  const rows: [string, (run: RunRecord) => string][] = [
    ['Validation accuracy', ({ history }) => shown(history.validation.at(-1)?.accuracy, percent)],
    ['Validation loss', ({ history }) => shown(history.validation.at(-1)?.loss, (loss) => loss.toFixed(4))],
    ['Test accuracy', ({ test }) => shown(test?.accuracy, (accuracy) => percent(accuracy, 2))],
    [
      'Steps',
      ({ step, totalSteps }) => (step < totalSteps ? `${count(step)} of ${count(totalSteps)}` : count(step)),
    ],
    ['Training time', ({ trainingMs }) => duration(trainingMs / 1000)],
    ['Weights', ({ parameters }) => shown(parameters, count)],
    [
      'Width',
      ({ settings }) => (settings.start === 'new' ? widthName(settings.widthMultiplier) : 'as loaded'),
    ],
    ['Training images', ({ settings }) => count(settings.images)],
    ['Epochs', ({ settings }) => String(settings.epochs)],
    ['Batch size', ({ settings }) => String(settings.batchSize)],
    ['Optimizer', ({ settings }) => `${OPTIMIZER_NAMES[settings.optimizer]}, ${settings.learningRate}`],
    ['Schedule', ({ settings }) => SCHEDULE_NAMES[settings.schedule]],
    ['Digits bent', ({ settings }) => (settings.augment ? 'yes' : 'no')],
  ];
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-labelledby="comparison-title">
      <table class="numbers">
        <thead>
          <tr>
            <td />
            {runs.map((run, i) => (
              <th key={run.id} scope="col">
                <Swatch colour={colourOf(i)} /> {run.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([title, valueOf]) => (
            <tr key={title}>
              <th scope="row">{title}</th>
              {runs.map((run) => (
                <td key={run.id} class="number">
                  {valueOf(run)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Swatch({ colour }: { colour: string }) {
  return <span class="swatch" style={{ '--swatch': `var(${colour})` }} aria-hidden="true" />;
}

function shown<T>(value: T | undefined, format: (value: T) => string): string {
  return value === undefined ? '–' : format(value);
}
