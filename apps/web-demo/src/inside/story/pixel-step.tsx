import { useState } from 'preact/hooks';
import { networkImage } from '../../state/drawing';
import { PixelPicker } from '../pixel-picker';

/** The drawing as 784 numbers, one of them read out. */
export function PixelStep() {
  const image = networkImage.value;
  const [chosen, choose] = useState({ row: 13, column: 13 });
  const [looked, look] = useState(chosen);
  if (!image) return null;
  const byte = image[28 * looked.row + looked.column] ?? 0;
  return (
    <>
      <PixelPicker
        map={{ height: 28, width: 28, pixels: image }}
        ramp="grey"
        label="The picture"
        chosen={chosen}
        onLook={look}
        onChoose={(pixel) => {
          choose(pixel);
          look(pixel);
        }}
      />
      <p class="number" role="status">
        row {looked.row + 1}, column {looked.column + 1}: {byte} of 255 = {(byte / 255).toFixed(2)}
      </p>
    </>
  );
}
