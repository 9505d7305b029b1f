import { useEffect } from 'preact/hooks';
import { SamplePicker } from '../draw/sample-picker';
import { networkImage } from '../state/drawing';
import { model } from '../state/network';
import { routeTo } from '../state/route';
import { Explanation } from './explanation';
import { followDrawing } from './inside-state';
import { Mind } from './mind';
import { ModulePanel } from './module-panel';
import { NetworkMap } from './network-map';

/** The nine modules for the drawing, one of them opened. */
export function InsideView() {
  useEffect(followDrawing, []);
  const ready = model.value.phase === 'ready';
  return (
    <>
      <div class="view-head">
        <h1>Nine modules, four opinions in each.</h1>
        <p class="lede">
          Every Inception module looks at the same picture through a 1×1, a 3×3 and a 5×5 window (here two 3×3
          in a row, which see as much) and through a pool, and stacks what the four branches found. Open one.
        </p>
      </div>
      {!networkImage.value && (
        <>
          <div class="notice">
            <span>There is nothing to look at yet. Draw a digit, or take one of these.</span>
            <a class="button primary" href={routeTo('draw')}>
              Draw a digit
            </a>
          </div>
          <SamplePicker />
        </>
      )}
      {networkImage.value && ready && (
        <>
          <div class="inside-grid">
            <Explanation />
            <NetworkMap />
          </div>
          <ModulePanel />
          <Mind />
        </>
      )}
      {networkImage.value && model.value.phase === 'waiting' && <div class="skeleton view-skeleton" />}
    </>
  );
}
