import { useEffect } from 'preact/hooks';
import { TroubleNotice } from '../ui/model-notice';
import { RunComparison } from './run-comparison';
import { RunRow } from './run-row';
import { compared, followRuns, runs, runsLast, runsTrouble, someTabTrains } from './runs-state';
import { isResting } from './train-state';

/** The runs that this browser keeps, and those laid side by side. */
export function RunList() {
  useEffect(followRuns, []);
  const list = runs.value ?? [];
  const chosen = list.filter(({ id }) => compared.value.includes(id));
  return (
    <>
      {list.length > 0 && (
        <section class="card" aria-labelledby="runs-title">
          <div class="card-head">
            <h2 id="runs-title">Your runs</h2>
            <span class="soft small">
              {runsLast.value
                ? 'Kept in this browser until you delete them.'
                : 'This browser keeps nothing: they are gone with this page.'}
            </span>
          </div>
          <TroubleNotice of={runsTrouble} />
          {someTabTrains.value && isResting() && (
            <p class="notice" role="status">
              <span>Another tab of this page is training.</span>
            </p>
          )}
          <ul class="runs">
            {list.map((run) => (
              <RunRow key={run.id} run={run} />
            ))}
          </ul>
          {chosen.length === 0 && <p class="soft small">Tick runs to see their curves, side by side.</p>}
        </section>
      )}
      {chosen.length > 0 && <RunComparison runs={chosen} />}
    </>
  );
}
