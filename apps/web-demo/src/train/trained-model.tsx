import { useRef } from 'preact/hooks';
import { loadModelFiles, loadShippedModel, messageOf, model, trouble } from '../state/network';
import { count, percent } from '../ui/format';
import { Icon } from '../ui/icon';
import { downloadModel } from './download-model';
import {
  evaluateOnTest,
  hasTrained,
  isResting,
  phase,
  testReport,
  trainedModel,
  useTrained,
} from './train-state';

/** What to do with networks: test, use, download, load one from files. */
export function TrainedModel({ started }: { started: boolean }) {
  const picker = useRef<HTMLInputElement>(null);
  const report = testReport.value;
  const ready = hasTrained.value && (isResting() || phase.value === 'paused');
  const current = model.value.phase === 'ready' ? model.value.info : undefined;

  const guard = (action: () => Promise<void>) => () => {
    action().catch((error: unknown) => (trouble.value = messageOf(error)));
  };

  return (
    <section
      class="card"
      aria-labelledby="model-title"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        void loadModelFiles(Array.from(event.dataTransfer?.files ?? []));
      }}
      data-testid="model-drop"
    >
      <div class="card-head">
        <h2 id="model-title">Networks</h2>
        {current && (
          <span class="soft small" data-testid="loaded-model">
            Loaded: {current.name}, {count(current.parameters)} weights
          </span>
        )}
      </div>
      {started && hasTrained.value && (
        <div class="row">
          <button class="button" type="button" disabled={!ready} onClick={guard(evaluateOnTest)}>
            Test on 10,000 digits
          </button>
          <button class="button" type="button" disabled={!ready} onClick={guard(useTrained)}>
            Use it for drawing
          </button>
          <button
            class="button"
            type="button"
            disabled={!ready}
            onClick={guard(async () => {
              const saved = await trainedModel();
              if (saved) downloadModel(saved);
            })}
          >
            <Icon name="download" /> Download
          </button>
          {report && 'done' in report && (
            <progress class="inline-progress" aria-label="Testing" value={report.done} max={report.size} />
          )}
          {report && 'accuracy' in report && (
            <span role="status">
              Test accuracy <b class="number">{percent(report.accuracy, 2)}</b>
            </span>
          )}
        </div>
      )}
      <div class="drop-zone">
        <p>
          Drop a network here: the <code>model.json</code> and <code>.bin</code> files that the trainer wrote,
          or that were downloaded here. Then draw with it, look inside, or train it further.
        </p>
        <div class="row">
          <button class="button" type="button" onClick={() => picker.current?.click()}>
            <Icon name="upload" /> Choose files
          </button>
          {current && current.name !== 'shipped' && (
            <button class="button quiet" type="button" onClick={() => void loadShippedModel()}>
              Back to the shipped network
            </button>
          )}
        </div>
        <input
          ref={picker}
          type="file"
          multiple
          accept=".json,.bin"
          hidden
          aria-label="Model files"
          onChange={(event) => {
            const files = Array.from(event.currentTarget.files ?? []);
            event.currentTarget.value = '';
            if (files.length > 0) void loadModelFiles(files);
          }}
        />
      </div>
    </section>
  );
}
