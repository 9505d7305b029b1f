import { Dialog } from '../ui/dialog';
import { enlarged } from './inside-state';
import { MapExplainer, titleOf } from './map-explainer';

/** A feature map, enlarged, and how each of its pixels comes about. */
export function MapDialog() {
  const trace = enlarged.value;
  if (!trace) return null;
  return (
    <Dialog title={titleOf(trace)} onClose={() => (enlarged.value = undefined)}>
      <MapExplainer trace={trace} autofocus />
    </Dialog>
  );
}
