import { signal } from '@preact/signals';

/** True once the page and its model would open without a network. */
export const worksOffline = signal(false);

/** Registers the service worker of the built site, after the page has loaded so that it delays nothing. */
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
  if (document.readyState === 'complete') void register();
  else addEventListener('load', () => void register(), { once: true });
}
