import { effect, signal } from '@preact/signals';
import { model, prediction } from './network';

/** True once the page and its model would open without a network. */
export const worksOffline = signal(false);

/** How long a visitor who draws nothing has the line to themselves once the network is there. */
const PATIENCE_MS = 4000;

/**
 * Registers the service worker of the built site, which fetches all of it: after the first answer, so that it delays none, or a
 * while after the network is ready where nobody asks it anything.
 */
export function keepOfflineCopy(): void {
  if (import.meta.env.DEV || !('serviceWorker' in navigator)) return;
  const register = async () => {
    try {
      await navigator.serviceWorker.register(new URL('sw.js', document.baseURI));
      await navigator.serviceWorker.ready;
      worksOffline.value = true;
    } catch (error) {
      console.warn(
        'keepOfflineCopy(): expected a service worker, got',
        error,
        '. The page works online only.',
      );
    }
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = effect(() => {
    const isSettled = model.value.phase === 'ready' || model.value.phase === 'failed';
    if (!prediction.value && !isSettled) return;
    clearTimeout(timer);
    timer = setTimeout(() => (stop(), void register()), prediction.value ? 0 : PATIENCE_MS);
  });
}
