import { model } from '../../state/network';
import { MapExplainer } from '../map-explainer';
import { firstView } from '../inside-state';
import { useTrace } from '../use-trace';

/** One map of the first convolution with the sum behind a pixel. */
export function FirstStep() {
  const place = model.value.phase === 'ready' ? model.value.info.first?.name : undefined;
  const channel = firstView.value?.maps[0]?.channel;
  const trace = useTrace(place !== undefined && channel !== undefined ? { place, channel } : undefined);
  return trace ? <MapExplainer key={trace.channel} trace={trace} /> : <div class="skeleton view-skeleton" />;
}
