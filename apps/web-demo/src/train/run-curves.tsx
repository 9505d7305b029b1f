import { smoothed } from './history';
import { LineChart } from './line-chart';
import { history } from './train-state';

/** Loss and accuracy over the steps, with the validation's points. */
export function RunCurves() {
  const { step, loss, accuracy, validation } = history.value;
  if (step.length === 0) {
    return (
      <section class="card curves-empty" aria-label="Curves">
        <svg viewBox="0 0 400 120" aria-hidden="true" class="ghost-curve">
          <path d="M0 8C40 12 60 70 110 86S240 104 400 110" />
          <path d="M0 112C40 104 70 50 120 32S260 14 400 10" class="dashed" />
        </svg>
        <p class="soft">Loss and accuracy will be drawn here.</p>
      </section>
    );
  }
  return (
    <section class="card curves" aria-labelledby="curves-title">
      <h2 id="curves-title" class="visually-hidden">
        Curves
      </h2>
      <LineChart
        title="Loss"
        xTitle="steps"
        yTitle="loss"
        curves={[
          {
            name: 'this run',
            colour: '--branch-conv1x1',
            x: step,
            raw: loss,
            line: smoothed(loss),
            points: validation.map((point) => ({ x: point.step, y: point.loss })),
          },
        ]}
        format={(value) => value.toFixed(2)}
        range={[0, Math.min(2.6, Math.max(0.1, ...loss.slice(0, 400)))]}
      />
      <LineChart
        title="Accuracy"
        xTitle="steps"
        yTitle="accuracy"
        curves={[
          {
            name: 'this run',
            colour: '--branch-conv5x5',
            x: step,
            raw: accuracy,
            line: smoothed(accuracy),
            points: validation.map((point) => ({ x: point.step, y: point.accuracy })),
          },
        ]}
        format={(value) => `${Math.round(100 * value)} %`}
        range={[0, 1]}
      />
    </section>
  );
}
