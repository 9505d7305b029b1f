import { model, prediction } from '../state/network';
import { ProbabilityBars } from '../ui/probability-bars';

const places: Record<string, string> = { aux1: 'after module 4a', aux2: 'after module 4d' };

/** What the auxiliary heads think on the way, beside the final answer; nothing for a model without them. */
export function Auxiliary() {
  const answer = prediction.value;
  if (model.value.phase !== 'ready' || !answer || answer.auxiliary.length === 0) return null;
  const { classNames } = model.value.info;
  const heads = [
    ...answer.auxiliary.map(({ name, probabilities }) => ({
      title: `${name}, ${places[name] ?? 'on the way'}`,
      probabilities,
    })),
    { title: 'The answer, after 5b', probabilities: answer.probabilities },
  ];
  return (
    <section class="card" aria-labelledby="auxiliary-title">
      <h2 id="auxiliary-title">Making up its mind</h2>
      <div class="heads">
        {heads.map(({ title, probabilities }) => (
          <figure key={title} class="head">
            <figcaption>{title}</figcaption>
            <ProbabilityBars classNames={classNames} probabilities={probabilities} label={title} compact />
          </figure>
        ))}
      </div>
    </section>
  );
}
