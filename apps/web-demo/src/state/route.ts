import { signal } from '@preact/signals';

export const VIEWS = ['draw', 'photo', 'inside', 'cost', 'train'] as const;
export type View = (typeof VIEWS)[number];

export interface Route {
  view: View;
  /** What follows the view, for example the opened module of `#/inside/inception_4c`. */
  detail: string;
  query: URLSearchParams;
}

/** Reads a location hash such as `#/inside/inception_4c?d=abc`; anything unknown is the first view. */
export function parseRoute(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?');
  const [name, ...rest] = path.split('/');
  const view = VIEWS.find((candidate) => candidate === name) ?? 'draw';
  return { view, detail: rest.join('/'), query: new URLSearchParams(search) };
}

export const route = signal<Route>(parseRoute(typeof location === 'undefined' ? '' : location.hash));

export function routeTo(view: View, detail = ''): string {
  return `#/${view}${detail ? `/${detail}` : ''}`;
}

if (typeof window !== 'undefined') {
  window.addEventListener('hashchange', () => {
    const previous = route.value.view;
    route.value = parseRoute(location.hash);
    if (route.value.view !== previous) {
      scrollTo(0, 0);
      document.querySelector('main')?.focus({ preventScroll: true });
    }
  });
}
