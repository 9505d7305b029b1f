import { percent } from '../ui/format';
import type { ProbeReport } from './training-protocol';

/** What it takes for what: rows are the truth, columns the answer. */
export function ConfusionMatrix({ report }: { report: ProbeReport }) {
  const matrix = report.confusionMatrix;
  const mostWrong = Math.max(
    1,
    ...matrix.flatMap((row, truth) => row.filter((_, answer) => answer !== truth)),
  );
  return (
    <section class="card" aria-labelledby="confusion-title">
      <div class="card-head">
        <h2 id="confusion-title">What it takes for what</h2>
        <span class="soft small">
          {percent(report.accuracy)} of {report.images} held-back images
          {report.step > 0 && `, step ${report.step}`}
        </span>
      </div>
      <div class="matrix-scroll">
        <table class="matrix">
          <caption class="visually-hidden">
            Confusion matrix: rows are the true digit, columns the network's answer
          </caption>
          <thead>
            <tr>
              <td />
              {matrix.map((_, answer) => (
                <th key={answer} scope="col">
                  {answer}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {matrix.map((row, truth) => {
              const total = row.reduce((sum, value) => sum + value, 0) || 1;
              return (
                <tr key={truth}>
                  <th scope="row">{truth}</th>
                  {row.map((value, answer) => (
                    <td
                      key={answer}
                      class={answer === truth ? 'right' : value > 0 ? 'wrong' : ''}
                      style={{ '--heat': answer === truth ? value / total : value / mostWrong }}
                    >
                      {value > 0 ? value : ''}
                    </td>
                  ))}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <p class="soft small">Rows: the digit that was meant. Columns: the network's answer.</p>
    </section>
  );
}
