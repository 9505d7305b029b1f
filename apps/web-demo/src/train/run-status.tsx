import { engine } from '../state/network';
import { ENGINE_LABELS } from '../ui/engine-picker';
import { bytes, count, duration, percent } from '../ui/format';
import { AfterRun, FirstRun, RunControls } from './run-controls';
import {
  current,
  download,
  failure,
  history,
  isResting,
  phase,
  progress,
  remarks,
  trainingEngine,
  type RunPhase,
} from './train-state';

const LINES: Record<RunPhase, string> = {
  idle: 'Begin with a small one',
  starting: 'Starting an engine for training',
  downloading: 'Fetching MNIST',
  preparing: 'Preparing the images and the network',
  running: 'Training',
  evaluating: 'Checking on images that it is not trained on',
  pausing: 'Pausing after this step',
  paused: 'Paused',
  stopping: 'Stopping after this step',
  stopped: 'Stopped. The run is kept and can go on.',
  done: 'Done',
  failed: 'The run has ended with an error',
};

/** What the run is doing, how far it is and how fast; before the first one, how to begin. */
export function RunStatus() {
  const now = progress.value;
  const received = download.value;
  const left = phase.value === 'running' ? now?.secondsLeft : undefined;
  return (
    <section
      class="card"
      aria-labelledby="status-title"
      data-testid="run-status"
      data-phase={phase.value}
      data-step={now?.step}
    >
      <div class="card-head">
        <h2 id="status-title">
          <span role="status">{LINES[phase.value]}</span>
        </h2>
        {left !== undefined && <span class="soft number">about {duration(inSteps(left))} left</span>}
      </div>
      {phase.value !== 'idle' && current.value && <p class="soft">{current.value.name}</p>}
      {failure.value && (
        <p class="notice bad" role="alert">
          <span>{failure.value}</span>
        </p>
      )}
      <EngineRemarks />
      {phase.value === 'downloading' && received && (
        <div class="field">
          <span>
            {bytes(received.receivedBytes)} of {bytes(received.totalBytes)}, checked against its checksums
          </span>
          <progress
            aria-label="Fetching MNIST"
            value={received.receivedBytes}
            max={received.totalBytes || 1}
          />
        </div>
      )}
      {now && (
        <>
          <progress aria-label="Steps done" value={now.step} max={now.totalSteps} />
          <dl class="facts">
            <Fact name="Step" value={`${count(now.step)} / ${count(now.totalSteps)}`} />
            <Fact name="Epoch" value={`${now.epoch} / ${now.epochs}`} />
            <Fact name="Loss" value={now.loss.toFixed(3)} />
            <Fact name="Batch accuracy" value={percent(now.accuracy, 0)} />
            <Fact
              name="Images a second"
              value={now.imagesPerSecond.toFixed(now.imagesPerSecond < 10 ? 1 : 0)}
            />
            <Fact name="Learning rate" value={now.learningRate.toExponential(1)} />
          </dl>
        </>
      )}
      {(phase.value === 'done' || phase.value === 'stopped') && <Outcome />}
      {!isResting() && <RunControls />}
      {phase.value === 'idle' && <FirstRun />}
    </section>
  );
}

/** What came of the run, and on to drawing with it. */
function Outcome() {
  const validation = history.value.validation.at(-1);
  return (
    <>
      {validation && (
        <p>
          It reads <b class="number">{percent(validation.accuracy)}</b> of 1,000 held-back digits rightly.
        </p>
      )}
      <AfterRun />
    </>
  );
}

/** The engine of the run, wherever it is not the one that the visitor sees in the header. */
function EngineRemarks() {
  const chosen = engine.value.phase === 'ready' ? engine.value.report.engine : undefined;
  const used = trainingEngine.value;
  const other = !isResting() && chosen && used && chosen !== used && remarks.value.length === 0;
  const sentences = [
    ...remarks.value,
    ...(other
      ? [
          `This run stays on ${ENGINE_LABELS[used]}. ${ENGINE_LABELS[chosen]}, chosen above, is for drawing and for the next run.`,
        ]
      : []),
  ];
  return (
    <>
      {sentences.map((sentence) => (
        <p key={sentence} class="notice" role="status">
          <span>{sentence}</span>
        </p>
      ))}
    </>
  );
}

/** A time in steps that do not flicker: of 5 seconds above 20. */
function inSteps(seconds: number): number {
  return seconds > 20 ? 5 * Math.round(seconds / 5) : Math.ceil(seconds);
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
