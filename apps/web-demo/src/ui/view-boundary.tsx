import type { ComponentChildren } from 'preact';
import { useErrorBoundary } from 'preact/hooks';
import { messageOf } from '../state/network';

/** Shows an error of its view in place of the view, so that the rest of the page stays. */
export function ViewBoundary({ children }: { children: ComponentChildren }) {
  const [problem] = useErrorBoundary((caught: unknown) => console.error(caught)) as [unknown, () => void];
  if (!problem) return <>{children}</>;
  return (
    <div class="notice bad" role="alert">
      <span>This view could not be shown: {messageOf(problem)}</span>
      <button class="button" type="button" onClick={() => location.reload()}>
        Reload the page
      </button>
    </div>
  );
}
