import { percent } from './format';

interface Props {
  classNames: readonly string[];
  /** Nothing while there is no answer: the bars are empty. */
  probabilities: readonly number[] | undefined;
  label: string;
  compact?: boolean;
}

/** One bar for each class, the largest marked. */
export function ProbabilityBars({ classNames, probabilities, label, compact = false }: Props) {
  const best = probabilities ? probabilities.indexOf(Math.max(...probabilities)) : -1;
  return (
    <ol
      class={`bars${compact ? ' compact' : ''}`}
      aria-label={label}
      style={{ '--name-width': `${Math.max(...classNames.map((name) => name.length)) + 0.5}ch` }}
    >
      {classNames.map((name, i) => {
        const part = probabilities?.[i] ?? 0;
        return (
          <li
            key={name}
            class={i === best ? 'best' : ''}
            data-class={name}
            data-probability={part.toFixed(4)}
          >
            <span class="bar-name">{name}</span>
            <span class="bar-track" aria-hidden="true">
              <span class="bar-fill" style={{ transform: `scaleX(${part})` }} />
            </span>
            <span class="bar-value number">{probabilities ? barValue(part) : '–'}</span>
          </li>
        );
      })}
    </ol>
  );
}

/** Nine classes of nearly nothing are read more easily as 0 than as so many "< 0.1". */
function barValue(part: number): string {
  return part < 0.0005 ? '0 %' : percent(part);
}
