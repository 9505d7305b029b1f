import { percent } from '../../ui/format';
import { aboutBranch, BRANCH_TITLES } from '../branches';
import { enlarge, moduleView, openModule } from '../inside-state';
import { MapButton } from '../map-button';

/** The most active map of each branch of one module. */
export function BranchesStep() {
  const module = openModule.value;
  const view = moduleView.value;
  if (!module || view?.name !== module.name) return <div class="skeleton view-skeleton" />;
  return (
    <ul class="story-branches">
      {view.branches.map(({ branch, maps, activationShare }) => (
        <li key={branch} class={`branch branch-${branch}`}>
          <h3>{BRANCH_TITLES[branch]}</h3>
          {maps[0] && (
            <MapButton
              map={maps[0]}
              ramp={branch}
              label={`The most active channel of the ${BRANCH_TITLES[branch]} branch`}
              onEnlarge={(channel) => void enlarge({ place: module.name, branch, channel })}
            />
          )}
          <span class="small soft">
            {aboutBranch(branch, module.branch5x5)} {percent(activationShare, 0)} of the activation.
          </span>
        </li>
      ))}
    </ul>
  );
}
