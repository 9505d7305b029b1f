import { Fragment } from 'preact';
import { networkImage } from '../state/drawing';
import { model, prediction } from '../state/network';
import { routeTo } from '../state/route';
import { percent } from '../ui/format';
import { PixelCanvas } from '../ui/pixel-canvas';
import { BRANCH_NAMES, type ModuleInfo, type ModuleSummary } from '../worker/protocol';
import { BRANCH_TITLES, shortName } from './branches';
import { firstIsOpen, firstView, openModule, summaries } from './inside-state';
import { ModuleFace } from './module-face';

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
                  {i === 0 && <InputTile />}
                  {i === 0 && <FirstTile />}
                  {modules.map((module) => (
                    <ModuleTile
                      key={module.name}
                      module={module}
                      summary={summaries.value?.find(({ name }) => name === module.name)}
                    />
                  ))}
                  {i === rows.length - 1 && <AnswerTile />}
                </div>
              </li>
            </Fragment>
          );
        })}
      </ol>
      <p class="soft small">
        Each picture is the mean over the channels. The strip under it is each branch's part of all
        activation.
      </p>
    </section>
  );
}

function InputTile() {
  const image = networkImage.value;
  if (!image) return null;
  return (
    <div class="module-tile plain">
      <PixelCanvas map={{ height: 28, width: 28, pixels: image }} ramp="grey" label="What goes in" />
      <span class="share-strip" />
      <span class="tile-name">
        <span class="soft">in</span> <span class="number soft">1</span>
      </span>
    </div>
  );
}

function FirstTile() {
  const view = firstView.value;
  const first = model.value.phase === 'ready' ? model.value.info.first : undefined;
  if (!first) return null;
  const [, , channels] = first.outputShape;
  return (
    <a
      class="module-tile"
      href={routeTo('inside', first.name)}
      aria-current={firstIsOpen.value ? 'true' : undefined}
      onClick={showPanel}
      aria-label={`First convolution, ${first.kernelSize.join('×')}, ${channels} channels`}
    >
      {view ? <PixelCanvas map={view.mean} ramp="magma" /> : <span class="skeleton tile-skeleton" />}
      <span class="share-strip" />
      <span class="tile-name">
        <b>{first.kernelSize.join('×')}</b> <span class="number soft">{channels}</span>
      </span>
    </a>
  );
}

function AnswerTile() {
  const probabilities = prediction.value?.probabilities;
  if (!probabilities || model.value.phase !== 'ready') return null;
  const best = probabilities.indexOf(Math.max(...probabilities));
  return (
    <div class="module-tile plain">
      <span class="answer-tile">{model.value.info.classNames[best]}</span>
      <span class="share-strip" />
      <span class="tile-name">
        <span class="soft">mean, scores</span>
      </span>
    </div>
  );
}

function ModuleTile({ module, summary }: { module: ModuleInfo; summary: ModuleSummary | undefined }) {
  const open = !firstIsOpen.value && openModule.value?.name === module.name;
  const [, , channels] = module.outputShape;
  const parts = summary
    ? BRANCH_NAMES.map(
        (branch) => `${BRANCH_TITLES[branch]} ${percent(summary.activationShare[branch], 0)}`,
      ).join(', ')
    : '';
  return (
    <a
      class="module-tile"
      href={routeTo('inside', module.name)}
      aria-current={open ? 'true' : undefined}
      onClick={showPanel}
      aria-label={`Module ${shortName(module.name)}, ${channels} channels. ${parts}`}
    >
      <ModuleFace module={module} summary={summary} />
    </a>
  );
}

/** Brings the module's panel into view where it lies below the window. */
function showPanel(): void {
  const panel = document.querySelector('[data-testid=module-panel]');
  if (!panel || panel.getBoundingClientRect().top < innerHeight - 200) return;
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  panel.scrollIntoView({ behavior: still ? 'auto' : 'smooth', block: 'start' });
}

export function Legend() {
  return (
    <ul class="legend">
      {BRANCH_NAMES.map((branch) => (
        <li key={branch} class={`branch-${branch}`}>
          <span class="swatch" /> {BRANCH_TITLES[branch]}
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
