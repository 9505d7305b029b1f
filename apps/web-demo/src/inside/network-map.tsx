import { Fragment } from 'preact';
import { model } from '../state/network';
import { routeTo } from '../state/route';
import { percent } from '../ui/format';
import { PixelCanvas } from '../ui/pixel-canvas';
import { branchNames, type ModuleInfo, type ModuleSummary } from '../worker/protocol';
import { branchTitles, shortName } from './branches';
import { openModule, summaries } from './inside-state';

/** The modules in a row for each size of the plane, with their mean activation and the branches' parts in it. */
export function NetworkMap() {
  if (model.value.phase !== 'ready') return null;
  const rows = groupBySize(model.value.info.modules);
  return (
    <section class="card" aria-labelledby="map-title">
      <div class="card-head">
        <h2 id="map-title">The network</h2>
        <Legend />
      </div>
      <ol class="network-map">
        {rows.map((modules, i) => {
          const [height, width] = modules[0]?.outputShape ?? [0, 0];
          return (
            <Fragment key={height}>
              {i > 0 && (
                <li class="pool-step" aria-label="Max pool, half the size">
                  <span>max pool ÷ 2</span>
                </li>
              )}
              <li class="map-row">
                <span class="row-size number">
                  {height}×{width}
                </span>
                <div class="row-modules">
                  {modules.map((module) => (
                    <ModuleTile
                      key={module.name}
                      module={module}
                      summary={summaries.value?.find(({ name }) => name === module.name)}
                    />
                  ))}
                </div>
              </li>
            </Fragment>
          );
        })}
      </ol>
      <p class="soft small">
        Each picture is the mean over a module's channels. The strip under it is each branch's part of all
        activation.
      </p>
    </section>
  );
}

function ModuleTile({ module, summary }: { module: ModuleInfo; summary: ModuleSummary | undefined }) {
  const open = openModule.value?.name === module.name;
  const [, , channels] = module.outputShape;
  const parts = summary
    ? branchNames
        .map((branch) => `${branchTitles[branch].title} ${percent(summary.activationShare[branch], 0)}`)
        .join(', ')
    : '';
  return (
    <a
      class="module-tile"
      href={routeTo('inside', module.name)}
      aria-current={open ? 'true' : undefined}
      aria-label={`Module ${shortName(module.name)}, ${channels} channels. ${parts}`}
    >
      {summary ? <PixelCanvas map={summary.mean} ramp="magma" /> : <span class="skeleton tile-skeleton" />}
      <span class="share-strip" aria-hidden="true">
        {branchNames.map((branch) => (
          <span
            key={branch}
            class={`branch-${branch}`}
            style={{ flexGrow: summary?.activationShare[branch] ?? 1 }}
          />
        ))}
      </span>
      <span class="tile-name">
        <b>{shortName(module.name)}</b> <span class="number soft">{channels}</span>
      </span>
    </a>
  );
}

export function Legend() {
  return (
    <ul class="legend">
      {branchNames.map((branch) => (
        <li key={branch} class={`branch-${branch}`}>
          <span class="swatch" /> {branchTitles[branch].title}
        </li>
      ))}
    </ul>
  );
}

function groupBySize(modules: readonly ModuleInfo[]): ModuleInfo[][] {
  const rows: ModuleInfo[][] = [];
  for (const module of modules) {
    const row = rows.at(-1);
    if (row?.[0]?.outputShape[0] === module.outputShape[0]) row.push(module);
    else rows.push([module]);
  }
  return rows;
}
