import { useEffect, useState } from 'preact/hooks';
import { showSample, source } from '../state/drawing';
import { messageOf } from '../state/network';
import { PixelCanvas } from '../ui/pixel-canvas';
import { loadSamples, type Sample } from './samples';

/** Test digits that the network has never seen in training; one row, and another on request. */
export function SamplePicker() {
  const [samples, setSamples] = useState<Sample[]>([]);
  const [row, setRow] = useState(0);
  const [failure, setFailure] = useState<string | undefined>();

  const load = () => {
    setFailure(undefined);
    loadSamples().then(setSamples, (error: unknown) => setFailure(messageOf(error)));
  };
  useEffect(load, []);

  const perClass = samples.length / 10;
  const shown = Array.from({ length: 10 }, (_, digit) => samples[digit * perClass + row]);
  const chosen = source.value.kind === 'sample' ? source.value.pixels : undefined;
  return (
    <section class="card" aria-labelledby="samples-title">
      <div class="card-head">
        <h2 id="samples-title">Or take a test digit</h2>
        <button
          class="button quiet"
          type="button"
          disabled={perClass === 0}
          onClick={() => setRow((row + 1) % perClass)}
        >
          Ten others
        </button>
      </div>
      {failure ? (
        <p class="notice bad" role="alert">
          <span>{failure}</span>
          <button class="button" type="button" onClick={load}>
            Try again
          </button>
        </p>
      ) : (
        <div class="samples">
          {shown.map((sample, digit) =>
            sample ? (
              <button
                key={digit}
                class="sample"
                type="button"
                aria-label={`Test digit ${sample.label}`}
                aria-pressed={chosen === sample.pixels}
                onClick={() => showSample(sample.pixels, sample.label)}
              >
                <PixelCanvas map={{ height: 28, width: 28, pixels: sample.pixels }} ramp="grey" />
              </button>
            ) : (
              <span key={digit} class="sample skeleton" />
            ),
          )}
        </div>
      )}
    </section>
  );
}
