import { networkImage } from '../../state/drawing';
import { PixelPicker, usePixelChoice } from '../pixel-picker';

/** The drawing as 784 numbers, one of them read out. */
export function PixelStep() {
  const image = networkImage.value;
  const choice = usePixelChoice({ row: 13, column: 13 });
  const { looked } = choice;
  if (!image) return null;
  const byte = image[28 * looked.row + looked.column] ?? 0;
  return (
    <>
      <PixelPicker
        map={{ height: 28, width: 28, pixels: image }}
        ramp="grey"
        label="The picture"
        choice={choice}
      />
      <p class="number" role="status">
        row {looked.row + 1}, column {looked.column + 1}: {byte} of 255 = {(byte / 255).toFixed(2)}
      </p>
    </>
  );
}
