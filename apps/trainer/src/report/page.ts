import { html, type Html } from './html';
import { comparison, curveCharts, reliability } from './overlay';
import type { ReportedRun } from './reported-run';
import { runSections } from './run-sections';
import { STYLE } from './style';

/** Where a report comes from. */
export interface PageFacts {
  readonly version: string;
  /** ISO 8601. */
  readonly writtenAt: string;
}

/**
 * One page that needs nothing: no script, no network. Its content policy forbids both.
 *
 * @param runs - one, or several to be laid over one another.
 */
export function reportPage(runs: readonly ReportedRun[], { version, writtenAt }: PageFacts): string {
  const several = runs.length > 1;
  const title = several ? `${runs.length} runs` : (runs[0]?.name ?? 'run');
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"
        />
        <title>${title} - googlenet report</title>
        <style>
          ${STYLE}
        </style>
      </head>
      <body>
        <header><h1>${title}</h1></header>
        <main>
          ${comparison(runs)}
          <section id="curves">
            <h2>Curves</h2>
            ${curveCharts(runs)}
          </section>
          ${several && section('calibration', 'Calibration', reliability(runs))}
          ${runs.map((run, i) =>
            several
              ? html`<details class="run">
                  <summary>${run.name}</summary>
                  ${runSections(run, i)}
                </details>`
              : runSections(run, i),
          )}
        </main>
        <footer>
          Written by googlenet ${version} on ${writtenAt.slice(0, 10)}, from the files of the
          run${several && 's'} alone.
        </footer>
      </body>
    </html> `.markup;
}

function section(id: string, title: string, content: Html): Html {
  return html`<section id="${id}">
    <h2>${title}</h2>
    ${content}
  </section>`;
}
