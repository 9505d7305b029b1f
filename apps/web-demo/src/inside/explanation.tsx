import { networkImage } from '../state/drawing';
import { model, prediction } from '../state/network';
import { percent } from '../ui/format';
import { PixelCanvas } from '../ui/pixel-canvas';
import { shortName } from './branches';
import { EvidenceChoice } from './evidence-choice';
import { GradCam } from './grad-cam';
import { chosenClass, explainedClass, moduleView, openModule } from './inside-state';

/** Grad-CAM of the open module over the drawing, for a class of the visitor's choice. */
export function Explanation() {
  const image = networkImage.value;
  const target = explainedClass.value;
  const view = moduleView.value;
  if (!image || model.value.phase !== 'ready') return null;
  const { classNames } = model.value.info;
  const name = openModule.value ? shortName(openModule.value.name) : '';
  const part = target === undefined ? undefined : prediction.value?.probabilities[target];
  return (
    <section class="card explanation" aria-labelledby="cam-title">
      <h2 id="cam-title">Why “{target === undefined ? '?' : classNames[target]}”?</h2>
      <GradCam view={view} side={112} over="the drawing">
        <PixelCanvas map={{ height: 28, width: 28, pixels: image }} ramp="grey" />
      </GradCam>
      <EvidenceChoice
        value={chosenClass.value}
        classes={classNames.map((label, value) => ({ value, label }))}
        onChange={(value) => {
          chosenClass.value = value;
        }}
      />
      <p class="soft small">
        Bright: where module {name} finds evidence{part !== undefined && `, on the way to ${percent(part)}`}.
        Grad-CAM weighs each channel by the gradient of the class's score.
      </p>
    </section>
  );
}
