import { model } from '../state/network';
import { enlarge, firstView } from './inside-state';
import { LiftedScale } from './lifted-scale';
import { MapButton } from './map-button';
import { shapes } from './module-panel';
import { PlaceSteps } from './place-steps';

/** The first convolution, opened: all of its maps. */
export function FirstPanel() {
  const view = firstView.value;
  const first = model.value.phase === 'ready' ? model.value.info.first : undefined;
  if (!first) return null;
  const [, , channels] = first.outputShape;
  return (
    <section
      class="card"
      aria-labelledby="module-title"
      data-testid="module-panel"
      data-module={view && first.name}
    >
      <div class="card-head">
        <h2 id="module-title">The first convolution</h2>
        <span class="number soft">{shapes(first)}</span>
        <PlaceSteps />
      </div>
      <p class="soft small">
        {channels} kernels of {first.kernelSize.join('×')} pixels slide over the picture: one finds edges of
        one direction, another the ends of strokes, another the ink itself. Choose a map to see the sum behind
        each of its pixels.
      </p>
      <div class="maps first-maps">
        {view
          ? view.maps.map((map) => (
              <MapButton
                key={map.channel}
                map={map}
                ramp="magma"
                label={`Channel ${map.channel} of the first convolution`}
                onEnlarge={(channel) => void enlarge({ place: first.name, channel })}
              />
            ))
          : Array.from({ length: channels }, (_, i) => <span key={i} class="skeleton" />)}
      </div>
      {view && <LiftedScale ramps={['magma']} highest={view.highest} />}
    </section>
  );
}
