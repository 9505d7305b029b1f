import { percent, signed } from '../ui/format';
import {
  BRANCH_NAMES,
  type BranchName,
  type BranchView,
  type ModuleInfo,
  type ModuleView,
} from '../worker/protocol';
import { aboutBranch, BRANCH_TITLES } from './branches';
import { MapButton } from './map-button';

interface GridProps {
  module: ModuleInfo;
  /** What is seen inside it; undefined while that is computed. */
  view: ModuleView | undefined;
  /** The class that the evidence is for. */
  target: string | undefined;
  /** Makes the maps buttons. */
  onEnlarge?: (branch: BranchName, channel: number) => void;
}

/** The four branches of a module side by side, with their most active maps and their numbers. */
export function BranchGrid({ module, view, target, onEnlarge }: GridProps) {
  const strongest = Math.max(...(view?.branches.map(({ evidence }) => Math.abs(evidence)) ?? [0]), 1e-9);
  return (
    <div class="branch-grid">
      {BRANCH_NAMES.map((branch) => (
        <Branch
          key={branch}
          module={module}
          branch={branch}
          view={view?.branches.find((candidate) => candidate.branch === branch)}
          target={target}
          strongest={strongest}
          onEnlarge={onEnlarge && ((channel) => onEnlarge(branch, channel))}
        />
      ))}
    </div>
  );
}

interface BranchProps {
  module: ModuleInfo;
  branch: BranchName;
  view: BranchView | undefined;
  target: string | undefined;
  strongest: number;
  /** Makes the maps buttons. */
  onEnlarge?: (channel: number) => void;
}

function Branch({ module, branch, view, target, strongest, onEnlarge }: BranchProps) {
  const title = BRANCH_TITLES[branch];
  const evidence = view?.evidence ?? 0;
  return (
    <article class={`branch branch-${branch}`} aria-label={`Branch ${title}`} data-branch={branch}>
      <header class="branch-head">
        <h3>{title}</h3>
        <span class="number soft">{module.channels[branch]} channels</span>
      </header>
      <p class="soft small branch-about">{aboutBranch(branch, module.branch5x5)}</p>
      <div class="maps" style={{ '--map-size': module.outputShape[0] }}>
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
