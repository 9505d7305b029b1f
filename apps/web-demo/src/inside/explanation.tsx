import { networkImage } from '../state/drawing';
import { model, prediction } from '../state/network';
import { Field } from '../ui/field';
import { percent } from '../ui/format';
import { PixelCanvas } from '../ui/pixel-canvas';
import type { GreyMap } from '../worker/protocol';
import { shortName } from './branches';
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
      <div class="cam">
        <PixelCanvas map={{ height: 28, width: 28, pixels: image }} ramp="grey" />
        {view && (
          <PixelCanvas
            class="cam-overlay"
            map={smooth(view.gradCam, 112)}
            ramp="magma"
            overlay
            label={`Grad-CAM of module ${name} over the drawing`}
          />
        )}
      </div>
      <Field label="Evidence for the class">
        {(id) => (
          <select
            id={id}
            class="select"
            value={chosenClass.value ?? ''}
            onChange={({ currentTarget }) => {
              chosenClass.value = currentTarget.value === '' ? undefined : Number(currentTarget.value);
            }}
          >
            <option value="">the network's answer</option>
            {classNames.map((label, i) => (
              <option key={label} value={i}>
                {label}
              </option>
            ))}
          </select>
        )}
      </Field>
      <p class="soft small">
        Bright: where module {name} finds evidence{part !== undefined && `, on the way to ${percent(part)}`}.
        Grad-CAM weighs each channel by the gradient of the class's score.
      </p>
    </section>
  );
}

/** A map enlarged with bilinear interpolation, as Grad-CAM is always shown. */
export function smooth(map: GreyMap, side: number): GreyMap {
  const pixels = new Uint8Array(side * side);
  const at = (y: number, x: number) =>
    map.pixels[
      Math.min(map.height - 1, Math.max(0, y)) * map.width + Math.min(map.width - 1, Math.max(0, x))
    ] ?? 0;
  for (let row = 0; row < side; row++) {
    const y = ((row + 0.5) * map.height) / side - 0.5;
    const top = Math.floor(y);
    for (let column = 0; column < side; column++) {
      const x = ((column + 0.5) * map.width) / side - 0.5;
      const left = Math.floor(x);
      const upper = at(top, left) * (left + 1 - x) + at(top, left + 1) * (x - left);
      const lower = at(top + 1, left) * (left + 1 - x) + at(top + 1, left + 1) * (x - left);
      pixels[row * side + column] = upper * (top + 1 - y) + lower * (y - top);
    }
  }
  return { height: side, width: side, pixels };
}
