import { ConfusionMatrix } from './confusion-matrix';
import { RunControls } from './run-controls';
import { RunCurves } from './run-curves';
import { RunStatus } from './run-status';
import { SettingsForm } from './settings-form';
import { isResting, phase, probe } from './train-state';
import { TrainedModel } from './trained-model';
import { WorstMistakes } from './worst-mistakes';

/** Train a GoogLeNet in the page: choices on the left, the run on the right. */
export function TrainView() {
  const started = phase.value !== 'idle';
  return (
    <>
      <div class="view-head">
        <h1>Train it here, on this computer.</h1>
        <p class="lede">
          Real MNIST, a real training loop, in a worker so that the page stays quick. Close the tab and go on
          tomorrow: the run is kept in this browser.
        </p>
      </div>
      <div class="train-grid">
        <section class="card train-settings" aria-labelledby="settings-title">
          <h2 id="settings-title">The run</h2>
          <SettingsForm disabled={!isResting()} />
          <RunControls />
        </section>
        <div class="train-column">
          <RunStatus />
          <RunCurves />
        </div>
      </div>
      {probe.value && (
        <div class="probe-grid">
          <ConfusionMatrix report={probe.value} />
          <WorstMistakes report={probe.value} />
        </div>
      )}
      <TrainedModel started={started} />
    </>
  );
}
