import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { colorsFor, remark, say, sayJson } from '../io';
import { fakeIo } from '../testing/fake-io';
import { table } from './table';

/** Clears the screen, conceals, begins a line, turns the reading direction, sets a title by an 8-bit control. */
const HOSTILE = 'a\u001b[2J\u001b[8mb\nc\u202ed\u009d0;t\u0007e';
const HARMLESS = 'a[2J[8mbcd0;te';

describe('what reaches the terminal', () => {
  it.each([true, false])('holds nothing of a name that could steer it (a terminal: %s)', (terminal) => {
    const io = fakeIo('/', terminal);
    say(io, HOSTILE);
    remark(io, HOSTILE);
    expect(io.out()).toBe(`${HARMLESS}\n`);
    expect(io.err()).toBe('a[2J[8mb\n  cd0;te\n');
  });

  it('keeps the colours of the command, and ends those that a name turned on', () => {
    const io = fakeIo('/', true);
    say(io, `${colorsFor(io).bold('cat')}\u001b[31m${HOSTILE}`);
    expect(io.out()).toBe(`\u001b[1mcat\u001b[22m\u001b[31m${HARMLESS}\u001b[0m\n`);
  });

  it('is JSON of the exact value', () => {
    const io = fakeIo('/', true);
    sayJson(io, { name: HOSTILE });
    // eslint-disable-next-line no-control-regex
    expect(io.out()).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u0080-\u009f\u202e]/);
    expect(JSON.parse(io.out())).toEqual({ name: HOSTILE });
  });

  it('is a table whose columns stand under each other', () => {
    expect(
      table([
        [HOSTILE, 1],
        ['b', 20],
      ]),
    ).toEqual([`${HARMLESS}   1`, 'b               20']);
  });

  it('goes through say, remark and sayJson alone', () => {
    const source = join(__dirname, '..');
    const others = readdirSync(source, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !/\.test\.ts$|^io\.ts$|^testing/.test(file))
      .filter((file) =>
        /std(out|err)\.write|console\.|say\(io, [^)]*JSON/.test(readFileSync(join(source, file), 'utf8')),
      );
    expect(others).toEqual([]);
  });
});
