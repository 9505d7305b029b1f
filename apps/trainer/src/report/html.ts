import { plainText } from '../render/plain-text';

/** Markup that is safe to put into a page. */
export class Html {
  constructor(readonly markup: string) {}
}

/** What {@link html} takes: text and numbers are escaped, markup stays, lists are joined, undefined and false are nothing. */
export type HtmlValue = Html | string | number | undefined | false | readonly HtmlValue[];

/** Markup with values put in, every text escaped: html`<b>${name}</b>`. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(
    parts.map((part, i) => unindented(part) + (i < values.length ? asMarkup(values[i]) : '')).join(''),
  );
}

/** The indentation is that of the source, and would be a good part of a page. */
function unindented(part: string): string {
  return part.replace(/\n\s+/g, '\n');
}

function asMarkup(value: HtmlValue): string {
  if (value === undefined || value === false) return '';
  if (value instanceof Html) return value.markup;
  if (typeof value === 'string') return escaped(value);
  if (typeof value === 'number') return String(value);
  return value.map(asMarkup).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return plainText(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
