import { percent } from '../ui/format';
import { PixelCanvas } from '../ui/pixel-canvas';
import type { ProbeReport } from './training-protocol';

/** The images that the network is most sure and most wrong about. */
export function WorstMistakes({ report }: { report: ProbeReport }) {
  return (
    <section class="card" aria-labelledby="mistakes-title">
      <h2 id="mistakes-title">Its worst mistakes</h2>
      {report.mistakes.length === 0 ? (
        <p class="soft">None among these {report.images} images.</p>
      ) : (
        <ul class="mistakes">
          {report.mistakes.map((mistake, i) => (
            <li key={i}>
              <PixelCanvas
                map={mistake}
                ramp="grey"
                label={`A ${mistake.label}, taken for ${mistake.predicted}`}
              />
              <span>
                <b>{mistake.label}</b> <span class="soft">taken for</span> <b>{mistake.predicted}</b>
              </span>
              <span class="soft small number">{percent(mistake.probability, 0)} sure</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
