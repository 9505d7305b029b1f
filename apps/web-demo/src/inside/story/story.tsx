import { useEffect, useRef, useState } from 'preact/hooks';
import { routeTo } from '../../state/route';
import { steps } from './steps';

/** Five steps from a pixel to the answer, each with the network at work on the drawing. */
export function Story() {
  const list = useRef<HTMLOListElement>(null);
  const [current, setCurrent] = useState(0);
  useEffect(() => {
    const items = Array.from(list.current?.children ?? []);
    const watcher = new IntersectionObserver(
      (entries) => {
        for (const { isIntersecting, target } of entries)
          if (isIntersecting) setCurrent(items.indexOf(target));
      },
      { rootMargin: '-45% 0px -45% 0px' },
    );
    items.forEach((item) => watcher.observe(item));
    return () => watcher.disconnect();
  }, []);
  const goTo = (at: number) => {
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    list.current?.children[at]?.scrollIntoView({ behavior: still ? 'auto' : 'smooth', block: 'start' });
  };
  return (
    <div class="story" data-testid="story">
      <nav class="story-progress" aria-label="Steps of the story">
        {steps.map(({ title }, i) => (
          <button
            key={title}
            class="button"
            type="button"
            aria-label={`Step ${i + 1}: ${title}`}
            aria-current={i === current ? 'step' : undefined}
            onClick={() => goTo(i)}
          >
            {i + 1}
          </button>
        ))}
        <a class="button quiet" href={routeTo('inside')}>
          All modules
        </a>
      </nav>
      <ol class="story-steps" ref={list}>
        {steps.map(({ title, text, Figure }, i) => (
          <li key={title} class="card story-step">
            <div class="story-text">
              <h2>
                {i + 1}. {title}
              </h2>
              {text.map((paragraph) => (
                <p key={paragraph}>{paragraph}</p>
              ))}
            </div>
            <div class="story-figure">
              <Figure />
            </div>
          </li>
        ))}
      </ol>
    </div>
  );
}
