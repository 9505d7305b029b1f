import { PixelCanvas } from '../ui/pixel-canvas';
import { BRANCH_NAMES, type ModuleInfo, type ModuleSummary } from '../worker/protocol';
import { shortName } from './branches';

interface Props {
  module: ModuleInfo;
  summary: ModuleSummary | undefined;
}

/** What a module's tile shows: its mean activation, the branches' parts in it, its name and channels. */
export function ModuleFace({ module, summary }: Props) {
  return (
    <>
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
        <b>{shortName(module.name)}</b> <span class="number soft">{module.outputShape[2]}</span>
      </span>
    </>
  );
}
