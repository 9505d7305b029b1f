import { Icon } from '../ui/icon';
import { messageOf } from '../state/network';
import { drawWith, runsTrouble } from './runs-state';
import { FIRST_RUN_NAME, FIRST_RUN_SETTINGS } from './settings';
import { current, goOnWith, pauseRun, phase, resumeRun, startRun, stopRun, testing } from './train-state';

/** What can be done with the run that is on. */
export function RunControls() {
  const paused = phase.value === 'paused';
  const pausable = phase.value === 'running' || phase.value === 'evaluating';
  return (
    <div class="row">
      {paused ? (
        <button class="button primary" type="button" onClick={resumeRun}>
          <Icon name="play" /> Go on
        </button>
      ) : (
        <button class="button primary" type="button" disabled={!pausable} onClick={pauseRun}>
          <Icon name="pause" /> Pause
        </button>
      )}
      <button class="button" type="button" disabled={phase.value === 'stopping'} onClick={stopRun}>
        <Icon name="stop" /> Stop
      </button>
    </div>
  );
}

/** One click to a network of one's own. */
export function FirstRun() {
  return (
    <>
      <p>
        Watch a small network learn all ten digits from nothing:{' '}
        {FIRST_RUN_SETTINGS.images.toLocaleString('en')} images, about a minute on two processor cores. It
        then reads about 96 of 100 digits that it has never seen, and you can draw with it.
      </p>
      <div class="row">
        <button
          class="button primary"
          type="button"
          disabled={testing.value !== undefined}
          onClick={() => void startRun(FIRST_RUN_SETTINGS, FIRST_RUN_NAME)}
        >
          <Icon name="play" /> Train a first network
        </button>
      </div>
      <p class="soft small">The digits are fetched from this site when a run begins: 11 MB, once.</p>
    </>
  );
}

/** Where a run has ended: on to the drawing with its network. */
export function AfterRun() {
  const run = current.value;
  if (!run?.hasNetwork) return null;
  const draw = () => {
    drawWith(run).catch((error: unknown) => (runsTrouble.value = messageOf(error)));
  };
  return (
    <div class="row">
      <button class="button primary" type="button" onClick={draw}>
        Draw with it
      </button>
      {!run.finished && (
        <button
          class="button"
          type="button"
          disabled={testing.value !== undefined}
          onClick={() => void goOnWith(run)}
        >
          <Icon name="play" /> Go on
        </button>
      )}
    </div>
  );
}
