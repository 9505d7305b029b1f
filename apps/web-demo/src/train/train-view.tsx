import { Icon } from '../ui/icon';
import { ConfusionMatrix } from './confusion-matrix';
import { RunCurves } from './run-curves';
import { RunList } from './run-list';
import { NetworksCard } from './networks-card';
import { RunStatus } from './run-status';
import { SettingsForm } from './settings-form';
import { isResting, probe, startRun, testing } from './train-state';
import { WorstMistakes } from './worst-mistakes';

/** Train a GoogLeNet in the page: the run, the choices for one, and the runs that are kept. */
export function TrainView() {
  return (
    <>
      <div class="view-head">
        <h1>Train it here, on this computer.</h1>
        <p class="lede">
          Real MNIST, a real training loop, in a worker so that the page stays quick. Close the tab and go on
          tomorrow: every run is kept in this browser.
        </p>
      </div>
      <div class="train-grid">
        <div class="train-column">
          <RunStatus />
          <RunCurves />
        </div>
        <section class="card train-settings" aria-labelledby="settings-title">
          <h2 id="settings-title">A run of your own</h2>
          <SettingsForm disabled={!isResting()} />
          {isResting() && (
            <button
              class="button"
              type="button"
              disabled={testing.value !== undefined}
              onClick={() => void startRun()}
            >
              <Icon name="play" /> Start training
            </button>
          )}
        </section>
      </div>
      {probe.value && (
        <div class="probe-grid">
          <ConfusionMatrix report={probe.value} />
          <WorstMistakes report={probe.value} />
        </div>
      )}
      <RunList />
      <NetworksCard />
    </>
  );
}
