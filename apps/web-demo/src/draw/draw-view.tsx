import { useEffect } from 'preact/hooks';
import { AboutNetwork } from '../about/about-network';
import { networkImage, nothingWritten, source } from '../state/drawing';
import { model, prediction } from '../state/network';
import { routeTo } from '../state/route';
import { short } from '../ui/format';
import { PixelCanvas } from '../ui/pixel-canvas';
import { ProbabilityBars } from '../ui/probability-bars';
import { DrawingCanvas, openPicture } from './drawing-canvas';
import { DrawingTools } from './drawing-tools';
import { SamplePicker } from './sample-picker';

const digits = Array.from({ length: 10 }, (_, i) => String(i));
const blank = new Uint8Array(784);

/** Draw on the left; on the right what the network sees, and what it says. */
export function DrawView() {
  useEffect(() => {
    const onPaste = (event: ClipboardEvent) => {
      const file = Array.from(event.clipboardData?.files ?? []).find(({ type }) => type.startsWith('image/'));
      if (file) void openPicture(file);
    };
    addEventListener('paste', onPaste);
    return () => removeEventListener('paste', onPaste);
  }, []);

  return (
    <>
      <div class="view-head draw-head">
        <h1>Draw a digit. Watch GoogLeNet read it.</h1>
        <p class="lede">
          A small GoogLeNet: the nine Inception modules of 2014, made narrow and trained on handwritten
          digits. It answers while you draw.
        </p>
      </div>
      <div class="draw-grid">
        <section class="card draw-card" aria-label="Drawing">
          <DrawingCanvas />
          <DrawingTools />
          <p class="soft small drawing-hint">
            Drop or paste a picture too. Keyboard: arrows, Space, Backspace.
          </p>
        </section>
        <div class="answer-column">
          <Answer />
          <Seen />
        </div>
      </div>
      <SamplePicker />
      <AboutNetwork />
    </>
  );
}

function Answer() {
  const state = model.value;
  const answer = prediction.value;
  const names = state.phase === 'ready' ? state.info.classNames : digits;
  const best = answer ? answer.probabilities.indexOf(Math.max(...answer.probabilities)) : -1;
  const truth = source.value.kind === 'sample' ? source.value.label : undefined;
  return (
    <section class="card answer" aria-labelledby="answer-title">
      <div class="card-head">
        <h2 id="answer-title">The network says</h2>
        {state.phase === 'ready' && (
          <span class="soft small number">
            {short(state.info.parameters)} weights
            {answer && (
              <span class="answer-latency" data-testid="latency">
                {' '}
                · {answer.durationMs.toFixed(0)} ms
              </span>
            )}
          </span>
        )}
      </div>
      <div class="answer-body">
        <p
          class={`answer-digit${(names[best] ?? '').length > 2 ? ' long' : ''}`}
          data-testid="answer"
          role="status"
          aria-live="polite"
        >
          {answer ? (
            <>
              <span class="visually-hidden">The network says </span>
              {names[best]}
            </>
          ) : (
            <span aria-label="No answer yet">?</span>
          )}
        </p>
        <ProbabilityBars
          classNames={names}
          probabilities={answer?.probabilities}
          label="Probability of each class"
        />
      </div>
      {nothingWritten.value && (
        <p class="verdict" role="status">
          Nothing is written in this picture.
        </p>
      )}
      {answer?.doubtful && truth === undefined && (
        <p class="verdict doubt" role="status" data-testid="doubt">
          Not sure this is a digit: it is unlike those that the network learned from.
        </p>
      )}
      {truth !== undefined && answer && (
        <p class={truth === best ? 'verdict good' : 'verdict bad'}>
          {truth === best ? `Right: its writer meant ${truth}.` : `Wrong: its writer meant ${truth}.`}
        </p>
      )}
    </section>
  );
}

function Seen() {
  const image = networkImage.value;
  return (
    <section class="card seen" aria-labelledby="seen-title">
      <PixelCanvas
        class="seen-picture"
        map={{ height: 28, width: 28, pixels: image ?? blank }}
        ramp="grey"
        label={image ? 'The 28 by 28 picture that the network sees' : 'Nothing to see yet'}
      />
      <div class="seen-text">
        <h2 id="seen-title">What it really sees</h2>
        <p class="soft">
          28 × 28 pixels, cropped, centred by mass and scaled as MNIST was. A network that misreads a clear
          digit is mostly shown something else.
        </p>
        <a class="button" href={routeTo('inside')}>
          Look inside the network
        </a>
      </div>
    </section>
  );
}
