import { ExitCode } from '../errors';
import { colorsFor, say, sayJson, type Io } from '../io';
import { lineWidth } from '../render/format';
import { plainText, shortened } from '../render/plain-text';
import { table } from '../render/table';
import { shown } from '../run-folder';
import { letterOf, RESULTS, settingsThatDiffer, settingText } from '../runs/differences';
import { openRuns } from '../runs/open-runs';

/** `googlenet compare`: what differs in the settings of runs, and their results side by side. */
export function compareRuns(
  io: Io,
  given: readonly string[],
  { json }: { readonly json: boolean },
): ExitCode {
  const runs = openRuns(io, 'compare', given, 2);
  const differences = settingsThatDiffer(runs.map(({ config }) => config));
  if (json) {
    const settings = Object.fromEntries(
      differences.map(([path, values]) => [path, values.map((value) => value ?? null)]),
    );
    sayJson(io, { runs, settings });
    return ExitCode.ok;
  }
  const colors = colorsFor(io);
  const width = lineWidth(io.stdout);
  const names = runs.map((_, i) => letterOf(i));
  for (const [i, { path }] of runs.entries())
    say(io, `${colors.bold(letterOf(i))}  ${shortened(plainText(shown(io.cwd, path)), width - 3)}`);
  const show = (title: string, rows: readonly string[][]): void => {
    say(io);
    const [header = '', ...lines] = fitted([[title, ...names], ...rows], width);
    say(io, colors.dim(header));
    for (const line of lines) say(io, line);
  };
  if (differences.length === 0) {
    say(io);
    say(io, 'No setting differs.');
  } else
    show(
      'setting',
      differences.map(([path, values]) => [plainText(path), ...values.map(settingText)]),
    );
  show(
    'result',
    RESULTS.map(({ name, text }) => [name, ...runs.map((run) => text(run) ?? '-')]),
  );
  return ExitCode.ok;
}

const LEAST_NAME = 24;
const LEAST_VALUE = 8;

/** The lines of a table; where they are too long, values give way first, then the names. */
function fitted(rows: readonly (readonly string[])[], width: number): string[] {
  const columns = (rows[0]?.length ?? 1) - 1;
  const longest = rows.reduce((most, [name = '']) => Math.max(most, name.length), 0);
  const room = (names: number): number => Math.floor((width - names) / columns) - 2;
  const name =
    room(longest) >= LEAST_VALUE ? longest : Math.max(LEAST_NAME, width - columns * (LEAST_VALUE + 2));
  const value = Math.max(LEAST_VALUE, room(Math.min(name, longest)));
  return table(
    rows.map(([first = '', ...rest]) => [
      shortened(first, name),
      ...rest.map((cell) => shortened(cell, value)),
    ]),
  );
}
