const ORIENTATION = 0x0112;
const MAX_ENTRIES = 512;

/**
 * The orientation in the first directory of EXIF data, 1 where there is none or the data is damaged: a picture is still a picture then.
 *
 * @param view - TIFF data, with or without the `Exif\0\0` that some files put in front.
 * @see Exif 2.32, 4.6.2 and tag 0x0112
 */
export function exifOrientation(view: DataView): number {
  try {
    const start = view.getUint32(0) === 0x45786966 ? 6 : 0;
    const order = view.getUint16(start);
    if (order !== 0x4949 && order !== 0x4d4d) return 1;
    const little = order === 0x4949;
    if (view.getUint16(start + 2, little) !== 42) return 1;
    const directory = start + view.getUint32(start + 4, little);
    const entries = Math.min(view.getUint16(directory, little), MAX_ENTRIES);
    for (let i = 0; i < entries; i++) {
      const at = directory + 2 + 12 * i;
      if (view.getUint16(at, little) !== ORIENTATION) continue;
      const value = view.getUint16(at + 8, little);
      return value >= 1 && value <= 8 ? value : 1;
    }
  } catch {
    // The data ends early.
  }
  return 1;
}
