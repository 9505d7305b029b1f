import { useEffect, useState } from 'preact/hooks';
import { model } from '../state/network';
import { count } from '../ui/format';
import { LINKS } from './links';
import { readRunFacts, type RunFacts } from './run-facts';

let loaded: Promise<RunFacts> | undefined;

/** The record beside the shipped network; nothing is known where it is missing. */
function loadRunFacts(): Promise<RunFacts> {
  loaded ??= fetch(new URL('model/run.json', document.baseURI))
    .then(async (response) => readRunFacts(response.ok ? await response.json() : undefined))
    .catch(() => readRunFacts(undefined));
  return loaded;
}

/** What the network on this page is, and what it is not. */
export function AboutNetwork() {
  const [record, setRecord] = useState<RunFacts | undefined>();
  const state = model.value;
  const info = state.phase === 'ready' ? state.info : undefined;
  const shipped = info?.name === 'shipped';
  useEffect(() => {
    if (shipped) void loadRunFacts().then(setRecord);
  }, [shipped]);

  return (
    <section class="card about" aria-labelledby="about-title">
      <h2 id="about-title">Which network this is</h2>
      {info && !shipped && (
        <p>
          You are drawing with “{info.name}”: {count(info.parameters)} weights, loaded in this browser. What
          it was trained on, only you know.
        </p>
      )}
      {shipped && (
        <p>
          The nine Inception modules of GoogLeNet with {record?.width ?? 'a part'} of their filters,{' '}
          {count(info.parameters)} weights in all, trained by this project to tell ten handwritten digits
          apart. The GoogLeNet that won the ImageNet challenge in 2014 has some seven million and names a
          thousand kinds of things; this page did not win anything.
        </p>
      )}
      {shipped && record && record.facts.length > 0 && (
        <dl class="about-facts" data-testid="about-facts">
          {record.facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
          {record.commit && (
            <div>
              <dt>Code</dt>
              <dd>
                <a href={`${LINKS.source}/tree/${record.commit}`}>commit {record.commit.slice(0, 9)}</a>
              </dd>
            </div>
          )}
        </dl>
      )}
    </section>
  );
}
