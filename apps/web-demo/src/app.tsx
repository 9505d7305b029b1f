import type { ComponentType } from 'preact';
import { lazy, Suspense } from 'preact/compat';
import { useEffect } from 'preact/hooks';
import { LINKS } from './about/links';
import { DrawView } from './draw/draw-view';
import { worksOffline } from './state/offline';
import { route, routeTo, type View } from './state/route';
import { EngineNotice, EnginePicker } from './ui/engine-picker';
import { ModelNotice, TroubleNotice } from './ui/model-notice';
import { ThemeButton } from './ui/theme-button';
import { ViewBoundary } from './ui/view-boundary';

const tabs: Record<View, { title: string; view: ComponentType }> = {
  draw: { title: 'Draw', view: DrawView },
  photo: { title: 'Photo', view: lazy(async () => (await import('./photo/photo-view')).PhotoView) },
  inside: { title: 'Look inside', view: lazy(async () => (await import('./inside/inside-view')).InsideView) },
  cost: { title: 'Cost', view: lazy(async () => (await import('./cost/cost-view')).CostView) },
  train: { title: 'Train', view: lazy(async () => (await import('./train/train-view')).TrainView) },
};

export function App() {
  const current = route.value.view;
  const { title, view: CurrentView } = tabs[current];
  useEffect(() => {
    document.title = `${title} · GoogLeNet in the browser`;
  }, [title]);
  return (
    <>
      <a class="skip-link" href="#content" onClick={focusContent}>
        Skip to the content
      </a>
      <header class="top-bar">
        <a class="wordmark" href={routeTo('draw')}>
          <img src="./favicon.svg" width="28" height="28" alt="" />
          <span>
            GoogLeNet<span class="wide-only">, live</span>
          </span>
        </a>
        <nav class="tabs" aria-label="Views">
          {Object.entries(tabs).map(([name, { title }]) => (
            <a key={name} href={routeTo(name as View)} aria-current={name === current ? 'page' : undefined}>
              {title}
            </a>
          ))}
        </nav>
        <div class="top-bar-end">
          <EnginePicker />
          <ThemeButton />
        </div>
      </header>
      <main id="content" tabIndex={-1}>
        <TroubleNotice />
        <ModelNotice />
        <ViewBoundary key={current}>
          <Suspense
            fallback={<div class="skeleton view-skeleton" role="status" aria-label="Loading this view" />}
          >
            <CurrentView />
          </Suspense>
        </ViewBoundary>
      </main>
      <footer>
        <EngineNotice />
        <p>Everything runs in this page: no drawing and no picture leaves your computer.</p>
        {worksOffline.value && <p>This page now also opens without a network.</p>}
        <p class="footer-links">
          <a href={LINKS.source}>Source</a>
          <a href={LINKS.paper}>The paper: “Going deeper with convolutions”</a>
          <a href={LINKS.licences}>Licences</a>
          <a href={LINKS.notices}>Notices</a>
        </p>
      </footer>
    </>
  );
}

function focusContent(event: Event): void {
  event.preventDefault();
  document.querySelector('main')?.focus();
}
