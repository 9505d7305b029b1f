import { BRANCH_TITLES, shortName } from '../inside/branches';
import { smooth } from '../inside/explanation';
import { Branch, shapes } from '../inside/module-panel';
import { Legend } from '../inside/network-map';
import { Field } from '../ui/field';
import { percent } from '../ui/format';
import { PixelCanvas } from '../ui/pixel-canvas';
import { BRANCH_NAMES, type ModuleInfo } from '../worker/protocol';
import { PhotoPicture } from './photo-picture';
import {
  chooseClass,
  chooseModule,
  chosenClass,
  explained,
  moduleView,
  openModule,
  photo,
  photoState,
  summaries,
} from './photo-state';

/** Look inside, for a photograph: Grad-CAM over it, the nine modules, one of them opened. */
export function PhotoInside() {
  return (
    <>
      <div class="inside-grid">
        <Explanation />
        <Modules />
      </div>
      <Panel />
    </>
  );
}

function Explanation() {
  const answer = photo.value;
  const view = moduleView.value;
  const module = openModule.value;
  if (!answer || !module) return null;
  const name = answer.classes.find(({ index }) => index === explained.value)?.name ?? '?';
  return (
    <section
      class="card explanation"
      aria-labelledby="photo-cam-title"
      data-testid="photo-cam"
      data-module={view?.name}
    >
      <h2 id="photo-cam-title">Why “{name}”?</h2>
      <div class="cam photo-cam">
        <PhotoPicture />
        {view && (
          <PixelCanvas
            class="cam-overlay"
            map={smooth(view.gradCam, 224)}
            ramp="magma"
            overlay
            label={`Grad-CAM of module ${shortName(view.name)} over the photograph`}
          />
        )}
      </div>
      <Field label="Evidence for the class">
        {(id) => (
          <select
            id={id}
            class="select"
            value={chosenClass.value ?? ''}
            onChange={({ currentTarget }) =>
              chooseClass(currentTarget.value === '' ? undefined : Number(currentTarget.value))
            }
          >
            <option value="">the network's answer</option>
            {answer.classes.map((each) => (
              <option key={each.index} value={each.index}>
                {each.name}
              </option>
            ))}
          </select>
        )}
      </Field>
      <p class="soft small">
        Bright: where module {shortName(module.name)} finds evidence. Grad-CAM weighs each channel by the
        gradient of the class's score.
      </p>
    </section>
  );
}

function Modules() {
  const state = photoState.value;
  if (state.phase !== 'ready') return null;
  return (
    <section class="card" aria-labelledby="photo-map-title">
      <div class="card-head">
        <h2 id="photo-map-title">The nine modules</h2>
        <Legend />
      </div>
      <div class="photo-modules">
        {state.model.modules.map((module) => (
          <Tile key={module.name} module={module} />
        ))}
      </div>
    </section>
  );
}

function Tile({ module }: { module: ModuleInfo }) {
  const summary = summaries.value?.find(({ name }) => name === module.name);
  const open = openModule.value?.name === module.name;
  const [side, , channels] = module.outputShape;
  return (
    <button
      class="module-tile"
      type="button"
      aria-pressed={open}
      aria-current={open ? 'true' : undefined}
      aria-label={`Module ${shortName(module.name)}, ${side} by ${side}, ${channels} channels`}
      onClick={() => chooseModule(module.name)}
    >
      {summary ? <PixelCanvas map={summary.mean} ramp="magma" /> : <span class="skeleton tile-skeleton" />}
      <span class="share-strip" aria-hidden="true">
        {BRANCH_NAMES.map((branch) => (
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
    </button>
  );
}

function Panel() {
  const module = openModule.value;
  const view = moduleView.value?.name === module?.name ? moduleView.value : undefined;
  if (!module) return null;
  const target = photo.value?.classes.find(({ index }) => index === explained.value)?.name;
  const strongest = Math.max(...(view?.branches.map(({ evidence }) => Math.abs(evidence)) ?? [0]), 1e-9);
  const share = view?.branches.map(
    ({ branch, activationShare }) => `${BRANCH_TITLES[branch]} ${percent(activationShare, 0)}`,
  );
  return (
    <section
      class="card"
      aria-labelledby="photo-module-title"
      data-testid="photo-module"
      data-module={view?.name}
    >
      <div class="card-head">
        <h2 id="photo-module-title">Inside module {shortName(module.name)}</h2>
        <span class="number soft">{shapes(module)}</span>
      </div>
      <div class="branch-grid">
        {BRANCH_NAMES.map((branch) => (
          <Branch
            key={branch}
            channels={module.channels[branch]}
            branch5x5={module.branch5x5}
            view={view?.branches.find((candidate) => candidate.branch === branch)}
            branch={branch}
            target={target}
            strongest={strongest}
            size={module.outputShape[0]}
          />
        ))}
      </div>
      {share && <p class="visually-hidden">Activation: {share.join(', ')}</p>}
    </section>
  );
}
