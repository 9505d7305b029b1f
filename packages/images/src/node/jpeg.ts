import type { ImageHeader } from '../header';
import type { PixelImage } from '../picture';
import { instantiate, place, take, type CodecExports } from './wasm';

/** TurboJPEG's functions, as far as they are used. */
interface Turbo extends CodecExports {
  tjInitDecompress(): number;
  tjDecompressHeader3(
    handle: number,
    bytes: number,
    size: number,
    width: number,
    height: number,
    subsampling: number,
    colorSpace: number,
  ): number;
  tjDecompress2(
    handle: number,
    bytes: number,
    size: number,
    target: number,
    width: number,
    pitch: number,
    height: number,
    pixelFormat: number,
    flags: number,
  ): number;
}

// turbojpeg.h: enum TJPF and enum TJCS.
const RGB = 0;
const CMYK = 11;
const CMYK_SPACES = [3, 4];

/**
 * Decodes a JPEG (baseline or progressive; grey, YCbCr, RGB, CMYK, YCCK) with libjpeg-turbo, as Pillow does: equal byte by byte.
 *
 * @throws {Error} if the file is damaged, a mere warning of the decoder included: such files are torn or overwritten in the middle.
 */
export function decodeJpeg(bytes: Uint8Array, { width, height, adobe }: ImageHeader): PixelImage {
  const turbo = instantiate<Turbo>('@cwasm/jpeg-turbo/jpeg-turbo.wasm');
  const handle = turbo.tjInitDecompress();
  const source = place(turbo, bytes);
  const found = place(turbo, new Uint8Array(16));
  if (turbo.tjDecompressHeader3(handle, source, bytes.length, found, found + 4, found + 8, found + 12) !== 0)
    throw new Error('its header is damaged');
  const [foundWidth, foundHeight, , space] = new Int32Array(turbo.memory.buffer, found, 4);
  if (foundWidth !== width || foundHeight !== height)
    throw new Error(`it says ${width}x${height} and also ${foundWidth}x${foundHeight}`);
  const [format, channels] = CMYK_SPACES.includes(space) ? [CMYK, 4] : [RGB, 3];
  const size = width * height * channels;
  const target = turbo.malloc(size);
  if (target === 0) throw new Error('the decoder has no memory left');
  const status = turbo.tjDecompress2(
    handle,
    source,
    bytes.length,
    target,
    width,
    width * channels,
    height,
    format,
    0,
  );
  if (status !== 0) throw new Error('it ends early or is damaged in the middle');
  const data = take(turbo, target, size);
  return { data: channels === 4 ? cmykToRgb(data, adobe) : data, width, height, channels: 3 };
}

/** Without a colour profile, as Pillow does it: `(255 - c) * (255 - k) / 255`. Adobe's files store the inverse. */
function cmykToRgb(cmyk: Uint8Array, inverted: boolean): Uint8Array {
  const rgb = new Uint8Array((cmyk.length / 4) * 3);
  const flip = inverted ? 255 : 0;
  for (let from = 0, to = 0; from < cmyk.length; from += 4) {
    const light = 255 - (cmyk[from + 3] ^ flip);
    for (let c = 0; c < 3; c++) {
      const product = (cmyk[from + c] ^ flip) * light + 128;
      rgb[to++] = Math.max(0, light - (((product >> 8) + product) >> 8));
    }
  }
  return rgb;
}
