import { useEffect, useState } from 'preact/hooks';
import { networkImage } from '../state/drawing';
import { messageOf, network, trouble } from '../state/network';
import type { MapName, MapTrace } from '../worker/protocol';

/** What a map's pixels are computed from, for the drawing as it is; nothing until it is known. */
export function useTrace(map: MapName | undefined): MapTrace | undefined {
  const [trace, setTrace] = useState<MapTrace | undefined>();
  const image = networkImage.value;
  useEffect(() => {
    let wanted = true;
    if (image && map)
      network.trace(image, map).then(
        (answer) => wanted && setTrace(answer),
        (error: unknown) => (trouble.value = messageOf(error)),
      );
    return () => {
      wanted = false;
    };
  }, [image, map?.place, map?.branch, map?.channel]);
  return trace;
}
