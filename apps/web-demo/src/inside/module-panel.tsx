import { model } from '../state/network';
import { BRANCH_NAMES, type ModuleInfo } from '../worker/protocol';
import { BranchGrid } from './branch-grid';
import { shortName } from './branches';
import { classNames, enlarge, explainedClass, moduleView, openModule } from './inside-state';
import { LiftedScale } from './lifted-scale';
import { PlaceSteps } from './place-steps';

/** The open module: its four branches side by side. */
export function ModulePanel() {
  const module = openModule.value;
  const view = moduleView.value;
  if (!module || model.value.phase !== 'ready') return null;
  const current = view?.name === module.name ? view : undefined;
  const target = explainedClass.value;
  return (
    <section
      class="card"
      aria-labelledby="module-title"
      data-testid="module-panel"
      data-module={current?.name}
    >
      <div class="card-head">
        <h2 id="module-title">Inside module {shortName(module.name)}</h2>
        <span class="number soft">{shapes(module)}</span>
        <PlaceSteps />
      </div>
      <BranchGrid
        module={module}
        view={current}
        target={target === undefined ? undefined : classNames.value[target]}
        onEnlarge={(branch, channel) => void enlarge({ place: module.name, branch, channel })}
      />
      {current && <LiftedScale ramps={BRANCH_NAMES} highest={current.highest} />}
      <p class="soft small">
        Choose a map to see the sum behind each of its pixels. The {current?.branches[0]?.maps.length ?? 12}{' '}
        most active channels of each branch, all on one scale (square roots, so that faint ones show).
        Activation is a branch's part of everything the module says; evidence is activation × gradient: how
        much the branch moves the class's score up or down.
      </p>
    </section>
  );
}

export function shapes({ inputShape, outputShape }: Pick<ModuleInfo, 'inputShape' | 'outputShape'>): string {
  return `${inputShape.join('×')} → ${outputShape.join('×')}`;
}
