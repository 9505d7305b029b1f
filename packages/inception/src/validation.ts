import { isPositiveInteger } from '@googlenet-tooling/shared/checks';
import { show } from '@googlenet-tooling/shared/show';

/**
 * The channels of an NHWC shape whose channel count is known.
 * @throws {TypeError} for any other shape.
 */
export function nhwcChannels(shape: unknown, where: string): number {
  const channels: unknown = Array.isArray(shape) && shape.length === 4 ? shape[3] : undefined;
  if (!isPositiveInteger(channels)) {
    throw new TypeError(
      `${where}: expected rank-4 NHWC input [batch, height, width, channels] with known channels, ` +
        `got shape ${show(shape)}. Reshape first, for example to [28, 28, 1].`,
    );
  }
  return channels;
}
