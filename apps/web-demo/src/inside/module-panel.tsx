import { percent, signed } from '../ui/format';
import { BRANCH_NAMES, type BranchView, type ModuleInfo } from '../worker/protocol';
import { model } from '../state/network';
import type { Branch5x5 } from '@googlenet/inception';
import { aboutBranch, BRANCH_TITLES, shortName } from './branches';
import { classNames, enlarge, explainedClass, moduleView, openModule } from './inside-state';
import { LiftedScale } from './lifted-scale';
import { MapButton } from './map-button';
import { PlaceSteps } from './place-steps';

/** The open module: its four branches side by side. */
export function ModulePanel() {
  const module = openModule.value;
  const view = moduleView.value;
  if (!module || model.value.phase !== 'ready') return null;
  const current = view?.name === module.name ? view : undefined;
  const target = explainedClass.value;
  const strongest = Math.max(...(current?.branches.map(({ evidence }) => Math.abs(evidence)) ?? [0]), 1e-9);
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
      <div class="branch-grid">
        {BRANCH_NAMES.map((branch) => (
          <Branch
            key={branch}
            channels={module.channels[branch]}
            branch5x5={module.branch5x5}
            view={current?.branches.find((candidate) => candidate.branch === branch)}
            branch={branch}
            target={target === undefined ? undefined : classNames.value[target]}
            strongest={strongest}
            size={module.outputShape[0]}
            onEnlarge={(channel) => void enlarge({ place: module.name, branch, channel })}
          />
        ))}
      </div>
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

interface BranchProps {
  branch: (typeof BRANCH_NAMES)[number];
  channels: number;
  branch5x5: Branch5x5;
  view: BranchView | undefined;
  target: string | undefined;
  strongest: number;
  size: number;
  /** Makes the maps buttons. */
  onEnlarge?: (channel: number) => void;
}

export function Branch({
  branch,
  channels,
  branch5x5,
  view,
  target,
  strongest,
  size,
  onEnlarge,
}: BranchProps) {
  const title = BRANCH_TITLES[branch];
  const evidence = view?.evidence ?? 0;
  return (
    <article class={`branch branch-${branch}`} aria-label={`Branch ${title}`} data-branch={branch}>
      <header class="branch-head">
        <h3>{title}</h3>
        <span class="number soft">{channels} channels</span>
      </header>
      <p class="soft small branch-about">{aboutBranch(branch, branch5x5)}</p>
      <div class="maps" style={{ '--map-size': size }}>
        {view
          ? view.maps.map((map) => (
              <MapButton
                key={map.channel}
                map={map}
                ramp={branch}
                label={`Channel ${map.channel} of the ${title} branch`}
                onEnlarge={onEnlarge}
              />
            ))
          : Array.from({ length: 12 }, (_, i) => <span key={i} class="skeleton" />)}
      </div>
      <dl class="branch-numbers">
        <div>
          <dt>Activation</dt>
          <dd>
            <span class="meter" aria-hidden="true">
              <span style={{ transform: `scaleX(${view?.activationShare ?? 0})` }} />
            </span>
            <span class="number">{view ? percent(view.activationShare, 0) : '–'}</span>
          </dd>
        </div>
        <div>
          <dt>Evidence{target !== undefined && ` for “${target}”`}</dt>
          <dd>
            <span class="meter signed" aria-hidden="true">
              <span
                class={evidence < 0 ? 'against' : ''}
                style={{ transform: `scaleX(${evidence / strongest / 2})` }}
              />
            </span>
            <span class="number">{view ? signed(evidence, 1) : '–'}</span>
          </dd>
        </div>
      </dl>
    </article>
  );
}

export function shapes({ inputShape, outputShape }: Pick<ModuleInfo, 'inputShape' | 'outputShape'>): string {
  return `${inputShape.join('×')} → ${outputShape.join('×')}`;
}
