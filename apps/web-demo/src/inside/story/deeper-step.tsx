import { model } from '../../state/network';
import { PixelCanvas } from '../../ui/pixel-canvas';
import { shortName } from '../branches';
import { classNames, opinions, summaries } from '../inside-state';

const SHOWN_MODULES = [0, 2, 6, 8];

/** Four modules on the way: smaller planes, more channels, and what each alone takes the drawing for. */
export function DeeperStep() {
  if (model.value.phase !== 'ready') return null;
  const { modules } = model.value.info;
  return (
    <ul class="story-branches">
      {SHOWN_MODULES.flatMap((at) => {
        const module = modules[at];
        const summary = summaries.value?.[at];
        if (!module || !summary) return [];
        const [height, width, channels] = module.outputShape;
        const opinion = opinions.value?.find(({ name }) => name === module.name)?.probabilities;
        return (
          <li key={module.name} class="branch">
            <h3>{shortName(module.name)}</h3>
            <PixelCanvas map={summary.mean} ramp="magma" label={`Mean of module ${shortName(module.name)}`} />
            <span class="small soft">
              {height}×{width}, {channels} channels.
              {opinion && ` Alone it would say “${classNames.value[opinion.indexOf(Math.max(...opinion))]}”.`}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
