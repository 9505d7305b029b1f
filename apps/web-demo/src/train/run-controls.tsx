import { Icon } from '../ui/icon';
import {
  discardKept,
  isResting,
  keptRun,
  pauseRun,
  phase,
  resumeRun,
  startRun,
  stopRun,
} from './train-state';

/** Start, pause, go on, stop; and a run of an earlier visit. */
export function RunControls() {
  const kept = keptRun.value;
  if (!isResting()) {
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
  return (
    <>
      {kept && (
        <div class="notice kept-run" role="status">
          <span>
            A run is kept here: step {kept.step}
            {kept.totalSteps > 0 && ` of ${kept.totalSteps}`}.
          </span>
          <div class="row">
            <button class="button primary" type="button" onClick={() => void startRun(true)}>
              <Icon name="play" /> Go on with it
            </button>
            <button class="button quiet" type="button" onClick={() => void discardKept()}>
              Discard
            </button>
          </div>
        </div>
      )}
      <button class={`button${kept ? '' : ' primary'}`} type="button" onClick={() => void startRun(false)}>
        <Icon name="play" /> {kept ? 'Start a new run' : 'Start training'}
      </button>
    </>
  );
}
