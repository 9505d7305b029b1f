import { model, prediction } from '../state/network';
import { shortName } from './branches';
import { opinions } from './inside-state';

/** What every module, and every auxiliary head, takes the drawing for: a row each, down to the answer. */
export function Mind() {
  const answer = prediction.value;
  if (model.value.phase !== 'ready' || !answer) return null;
  const { classNames, auxiliary } = model.value.info;
  const rows = [
    ...(opinions.value ?? []).map(({ name, probabilities, accuracy }) => ({
      title: accuracy === undefined ? name : shortName(name),
      note: accuracy === undefined ? 'auxiliary head' : `${Math.round(100 * accuracy)} of 100`,
      probabilities,
      strong: false,
    })),
    { title: 'answer', note: '', probabilities: answer.probabilities, strong: true },
  ];
  return (
    <section class="card" aria-labelledby="mind-title" data-testid="mind">
      <div class="card-head">
        <h2 id="mind-title">Making up its mind</h2>
        {opinions.value === undefined && (
          <span class="soft small" role="status">
            asking the modules…
          </span>
        )}
      </div>
      <div class="matrix-scroll">
        <table class="mind">
          <caption class="visually-hidden">
            What each module takes the drawing for, in percent for each class
          </caption>
          <thead>
            <tr>
              <td />
              {classNames.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
              <th scope="col" class="mind-note">
                right on
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ title, note, probabilities, strong }) => {
              const best = probabilities.indexOf(Math.max(...probabilities));
              return (
                <tr key={title} class={strong ? 'mind-answer' : ''}>
                  <th scope="row">{title}</th>
                  {probabilities.map((part, i) => (
                    <td key={i} class={i === best ? 'best' : ''} style={{ '--heat': part }}>
                      {part >= 0.02 ? Math.round(100 * part) : <span class="visually-hidden">0</span>}
                    </td>
                  ))}
                  <td class="mind-note soft small">{note}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <p class="soft small">
        In percent. Each row asks one module alone: which digit's average, over 100 test digits, is nearest to
        what its channels say?
        <span class="wide-only">
          {' '}
          At the end: how many of the 100 it gets right, each judged without itself.
        </span>
        {auxiliary.length > 0 && ' The auxiliary heads were trained to answer on the way.'}
      </p>
    </section>
  );
}
