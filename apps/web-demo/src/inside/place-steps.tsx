import { useEffect } from 'preact/hooks';
import { routeTo } from '../state/route';
import { shortName } from './branches';
import { openPlace } from './inside-state';

/** Buttons to the places before and after the open one. */
export function PlaceSteps() {
  const { previous, next } = openPlace.value;
  return (
    <nav class="row place-steps" aria-label="Along the network">
      <Step place={previous} label="Previous" shortcut="ArrowLeft" />
      <Step place={next} label="Next" shortcut="ArrowRight" />
    </nav>
  );
}

function Step({ place, label, shortcut }: { place: string | undefined; label: string; shortcut: string }) {
  return (
    <button
      class="button"
      type="button"
      aria-disabled={place === undefined}
      aria-keyshortcuts={shortcut}
      onClick={() => openAt(place)}
    >
      {place === undefined ? label : `${label}: ${shortName(place)}`}
    </button>
  );
}

function openAt(place: string | undefined): void {
  if (place !== undefined) location.hash = routeTo('inside', place);
}

/** Lets the arrow keys go along the network while no field, scrolled part or dialog needs them. */
export function usePlaceKeys(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented) return;
      const { target } = event;
      if (target instanceof Element && target.closest('input, select, textarea, dialog, .matrix-scroll'))
        return;
      const { previous, next } = openPlace.value;
      openAt({ ArrowLeft: previous, ArrowRight: next }[event.key]);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}
