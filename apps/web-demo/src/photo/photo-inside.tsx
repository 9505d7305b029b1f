import { BranchGrid } from '../inside/branch-grid';
import { BRANCH_TITLES, shortName } from '../inside/branches';
import { EvidenceChoice } from '../inside/evidence-choice';
import { GradCam } from '../inside/grad-cam';
import { ModuleFace } from '../inside/module-face';
import { shapes } from '../inside/module-panel';
import { Legend } from '../inside/network-map';
import { percent } from '../ui/format';
import type { ModuleInfo } from '../worker/protocol';
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
      <GradCam class="photo-cam" view={view} side={224} over="the photograph">
        <PhotoPicture />
      </GradCam>
      <EvidenceChoice
        value={chosenClass.value}
        classes={answer.classes.map((each) => ({ value: each.index, label: each.name }))}
        onChange={chooseClass}
      />
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
      <ModuleFace module={module} summary={summary} />
    </button>
  );
}

function Panel() {
  const module = openModule.value;
  const view = moduleView.value?.name === module?.name ? moduleView.value : undefined;
  if (!module) return null;
  const target = photo.value?.classes.find(({ index }) => index === explained.value)?.name;
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
      <BranchGrid module={module} view={view} target={target} />
      {share && <p class="visually-hidden">Activation: {share.join(', ')}</p>}
    </section>
  );
}
