import { html, type Html, type HtmlValue } from './html';

/** A remark beside the content. */
export function note(text: string): Html {
  return html`<p class="note">${text}</p>`;
}

/** A table that scrolls sideways where it is wider than the page; the first cell of a row is its heading. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  foot?: readonly string[],
): Html {
  const cells = (row: readonly string[]): HtmlValue =>
    row.map((cell, i) => (i === 0 ? html`<th scope="row">${cell}</th>` : html`<td>${cell}</td>`));
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          ${head.map((name) => html`<th scope="col">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${cells(row)}
            </tr> `,
        )}
      </tbody>
      ${
        foot &&
        html`<tfoot>
          <tr>
            ${cells(foot)}
          </tr>
        </tfoot>`
      }
    </table>
  </div>`;
}
