import { bytes, count, duration, percent } from '../ui/format';
import { download, failure, phase, progress, type RunPhase } from './train-state';

const lines: Record<RunPhase, string> = {
  idle: 'Nothing is running.',
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

/** What the run is doing, how far it is and how fast. */
export function RunStatus() {
  const now = progress.value;
  const received = download.value;
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
          <span role="status">{lines[phase.value]}</span>
        </h2>
        {now && phase.value === 'running' && (
          <span class="soft number">
            {duration(((now.totalSteps - now.step) * now.images) / now.imagesPerSecond)} left
          </span>
        )}
      </div>
      {failure.value && (
        <p class="notice bad" role="alert">
          <span>{failure.value}</span>
        </p>
      )}
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
      {now ? (
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
      ) : (
        phase.value === 'idle' && (
          <p class="soft">
            Choose a small network for a first try, such as width 1/16 on 500 images. The digits are fetched
            from this site when a run begins, 11 MB once.
          </p>
        )
      )}
    </section>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
