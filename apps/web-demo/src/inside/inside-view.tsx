import { useEffect } from 'preact/hooks';
import { SamplePicker } from '../draw/sample-picker';
import { networkImage } from '../state/drawing';
import { model } from '../state/network';
import { route, routeTo } from '../state/route';
import { Explanation } from './explanation';
import { FirstPanel } from './first-panel';
import { firstIsOpen, followDrawing, wideWindow } from './inside-state';
import { MapDialog } from './map-dialog';
import { Mind } from './mind';
import { ModulePanel } from './module-panel';
import { NetworkMap } from './network-map';
import { usePlaceKeys } from './place-steps';
import { Story } from './story/story';

/** The network at work on the drawing: as a story, or module by module. */
export function InsideView() {
  useEffect(followDrawing, []);
  const telling = route.value.detail === 'story';
  const ready = model.value.phase === 'ready';
  return (
    <>
      {telling ? <StoryHead /> : <ModulesHead />}
      {!networkImage.value && <NothingDrawn />}
      {networkImage.value && ready && (telling ? <Story /> : <Modules />)}
      {networkImage.value && model.value.phase === 'waiting' && <div class="skeleton view-skeleton" />}
      <MapDialog />
    </>
  );
}

/** The nine modules for the drawing, one of them, or the first convolution, opened. */
function Modules() {
  usePlaceKeys();
  return (
    <>
      <div class="inside-grid">
        <Explanation />
        <NetworkMap />
      </div>
      {firstIsOpen.value ? <FirstPanel /> : <ModulePanel />}
      <Mind />
    </>
  );
}

function ModulesHead() {
  return (
    <div class="view-head">
      <h1>Nine modules, four opinions in each.</h1>
      <p class="lede">
        Every Inception module looks at the same picture through a 1×1, a 3×3 and {wideWindow.value} and
        through a pool, and stacks what the four branches found. Open one, or{' '}
        <a href={routeTo('inside', 'story')}>begin with five steps from a pixel to the answer</a>.
      </p>
    </div>
  );
}

function StoryHead() {
  return (
    <div class="view-head">
      <h1>From a pixel to the answer.</h1>
      <p class="lede">Five steps, with the network at work on your own drawing. All numbers are its own.</p>
    </div>
  );
}

function NothingDrawn() {
  return (
    <>
      <div class="notice">
        <span>There is nothing to look at yet. Draw a digit, or take one of these.</span>
        <a class="button primary" href={routeTo('draw')}>
          Draw a digit
        </a>
      </div>
      <SamplePicker />
    </>
  );
}
