import { BRANCH_TITLES } from '../inside/branches';
import { count, short } from '../ui/format';
import { BRANCH_NAMES } from '../worker/protocol';
import { costs, measure, type CostOfKind } from './cost-state';

const KINDS = { naive: 'Naive', reduced: 'Reduced' } as const;

/** Both forms of the module as bars on one scale, and the same numbers as a table. */
export function CostBars() {
  const highest = Math.max(costs.value.naive.total, costs.value.reduced.total);
  return (
    <>
      <div class="cost-bars" aria-hidden="true">
        {Object.entries(KINDS).map(([kind, title]) => {
          const cost: CostOfKind = costs.value[kind as keyof typeof KINDS];
          return (
            <div key={kind} class="cost-bar">
              <span class="cost-bar-title">
                {title} <b class="number">{short(cost.total)}</b>
              </span>
              <span class="cost-bar-track">
                <span class="cost-bar-fill" style={{ width: `${(100 * cost.total) / highest}%` }}>
                  {BRANCH_NAMES.map((branch) => (
                    <span
                      key={branch}
                      class={`branch-${branch}`}
                      style={{ flexGrow: cost.branches[branch] }}
                    />
                  ))}
                </span>
              </span>
            </div>
          );
        })}
      </div>
      <table class="cost-table">
        <caption class="visually-hidden">
          {measure.value === 'macs' ? 'Multiply-adds' : 'Parameters'} of each branch
        </caption>
        <thead>
          <tr>
            <th scope="col">Branch</th>
            {Object.values(KINDS).map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {BRANCH_NAMES.map((branch) => (
            <tr key={branch} class={`branch-${branch}`}>
              <th scope="row">
                <span class="swatch" /> {BRANCH_TITLES[branch]}
              </th>
              <td>{count(costs.value.naive.branches[branch])}</td>
              <td>{count(costs.value.reduced.branches[branch])}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">Together</th>
            <td data-testid="naive-total">{count(costs.value.naive.total)}</td>
            <td data-testid="reduced-total">{count(costs.value.reduced.total)}</td>
          </tr>
        </tfoot>
      </table>
    </>
  );
}
