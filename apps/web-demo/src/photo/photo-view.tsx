import { useEffect } from 'preact/hooks';
import { percent, short, bytes } from '../ui/format';
import { Icon } from '../ui/icon';
import { useFileDrop } from '../ui/use-file-drop';
import { Camera } from './camera';
import { OwnNetworkCard } from './own-network-card';
import { PhotoInside } from './photo-inside';
import { PhotoPicture } from './photo-picture';
import type { PhotoModel } from '../worker/photo-protocol';
import {
  busy,
  insideShown,
  openPhotoNetwork,
  photo,
  photoState,
  samples,
  showPhoto,
  showSamplePhoto,
  takeFiles,
} from './photo-state';

/** A photograph in; the five likeliest of ImageNet's classes out, and what the modules saw. */
export function PhotoView() {
  useEffect(() => {
    void openPhotoNetwork();
    const onPaste = (event: ClipboardEvent) => {
      const file = Array.from(event.clipboardData?.files ?? []).find(({ type }) => type.startsWith('image/'));
      if (file) void showPhoto(file);
    };
    addEventListener('paste', onPaste);
    return () => removeEventListener('paste', onPaste);
  }, []);
  const state = photoState.value;
  return (
    <>
      <div class="view-head">
        <h1>A photograph. What does GoogLeNet see?</h1>
        <p class="lede">
          {state.phase === 'ready' && state.model.own
            ? 'Your own network, with what you taught it. '
            : 'The network of 2014 with the weights of its Caffe version: 1,000 kinds of things, from tench to toilet tissue. '}
          Your picture stays on this computer.
        </p>
      </div>
      {state.phase === 'missing' && <Missing />}
      {state.phase === 'failed' && (
        <p class="notice bad" role="alert">
          <span>{state.message}</span>
          <button class="button" type="button" onClick={() => void openPhotoNetwork()}>
            Try again
          </button>
        </p>
      )}
      {state.phase === 'loading' && <Loading {...state.progress} />}
      {state.phase === 'ready' && (
        <>
          <div class="photo-grid">
            <PictureCard />
            <Answer model={state.model} />
          </div>
          {insideShown.value && <PhotoInside />}
        </>
      )}
      {state.phase !== 'loading' && <OwnNetworkCard />}
    </>
  );
}

function Missing() {
  return (
    <div class="notice" role="status" data-testid="photo-missing">
      <div>
        <p>This site was built without the photo network. Whoever builds it adds it with</p>
        <pre>
          <code>npm run weights --workspace apps/web-demo</code>
        </pre>
        <p class="soft">
          which fetches Caffe's bvlc_googlenet (53.5 MB) and writes 7 MB beside the page; a file that is there
          already: <code>npm run weights --workspace apps/web-demo -- path/to/bvlc_googlenet.caffemodel</code>
        </p>
      </div>
    </div>
  );
}

function Loading({ loadedBytes, totalBytes }: { loadedBytes: number; totalBytes: number }) {
  const done = totalBytes > 0 && loadedBytes >= totalBytes;
  return (
    <div class="notice" role="status">
      <div class="field">
        <span>
          {done
            ? 'Building the network'
            : `Loading the photo network${totalBytes > 0 ? `, ${bytes(loadedBytes)} of ${bytes(totalBytes)}` : ''}`}
        </span>
        <progress aria-label="Loading the photo network" value={loadedBytes} max={totalBytes || 1} />
      </div>
    </div>
  );
}

function PictureCard() {
  const { dropping, target } = useFileDrop((files) => void takeFiles(files));
  return (
    <section
      class={`card photo-card${dropping ? ' dropping' : ''}`}
      aria-label="Photograph"
      data-testid="photo-drop"
      {...target}
    >
      {photo.value ? <PhotoPicture /> : <p class="photo-empty soft">Drop or paste a photograph here.</p>}
      <div class="photo-tools">
        <label class="button primary">
          <Icon name="upload" /> Choose a photograph
          <input
            class="visually-hidden"
            type="file"
            accept="image/png,image/jpeg,image/webp"
            onChange={({ currentTarget }) => {
              const file = currentTarget.files?.[0];
              if (file) void showPhoto(file);
              currentTarget.value = '';
            }}
          />
        </label>
        <Camera />
      </div>
      {samples.value.length > 0 && (
        <div class="photo-samples" aria-label="Sample pictures">
          {samples.value.map((url) => {
            const name = sampleName(url);
            return (
              <button
                key={url}
                class="photo-sample"
                type="button"
                aria-label={`Sample picture ${name}`}
                onClick={() => void showSamplePhoto(url)}
              >
                <img src={url} alt="" loading="lazy" />
              </button>
            );
          })}
        </div>
      )}
    </section>
  );
}

const sampleName = (url: string) => (url.split('/').at(-1) ?? '').replace(/\.\w+$/, '');

function Answer({ model: { parameters, own } }: { model: PhotoModel }) {
  const answer = photo.value;
  return (
    <section class="card photo-answer" aria-labelledby="photo-answer-title" aria-busy={busy.value}>
      <div class="card-head">
        <h2 id="photo-answer-title">The network says</h2>
        <span class="soft small number">
          {short(parameters)} weights
          {answer && <span data-testid="photo-latency"> · {answer.durationMs.toFixed(0)} ms</span>}
        </span>
      </div>
      <p class="photo-best" data-testid="photo-best" role="status" aria-live="polite">
        {answer ? answer.classes[0].name : '?'}
      </p>
      <ol class="photo-classes" data-testid="photo-classes" aria-label="The likeliest classes">
        {answer?.classes.map(({ index, words, probability }, i) => (
          <li
            key={index}
            class={i === 0 ? 'best' : ''}
            data-class={index}
            data-probability={probability.toFixed(4)}
          >
            <span class="photo-class-name">{words}</span>
            <span class="number">{percent(probability)}</span>
            <span class="bar-track" aria-hidden="true">
              <span class="bar-fill" style={{ transform: `scaleX(${probability})` }} />
            </span>
          </li>
        ))}
      </ol>
      <p class="soft small">
        {own
          ? `Your own network: it knows ${own.classNames.length} classes and answers one of them, whatever it is shown.`
          : "Of ImageNet's validation pictures these weights name 68.7 % rightly, and 88.9 % within five guesses."}
      </p>
    </section>
  );
}
