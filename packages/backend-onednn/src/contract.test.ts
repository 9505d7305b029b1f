import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as contract from './contract';

const folder = join(__dirname, '../native');
/** The add-on's sources without comments. */
const native = readdirSync(folder)
  .filter((name) => /\.(cc|h)$/.test(name))
  .map((name) => readFileSync(join(folder, name), 'utf8').replace(/\/\/.*/g, ''))
  .join('\n');

/** What a pattern with one group finds, which stands once. */
function once(pattern: RegExp): string {
  const found = [...native.matchAll(pattern)].map(([, group]) => group);
  expect(found).toHaveLength(1);
  return found[0];
}

const names = (list: string) => list.split(',').map((name) => name.trim());

describe('the add-on and its callers agree', () => {
  it.each([
    ['Binary', contract.BINARY_OPERATIONS],
    ['Unary', contract.UNARY_OPERATIONS],
    ['Reduction', contract.REDUCTION_OPERATIONS],
  ])('on the numbers of %s', (name, operations) => {
    const members = names(once(new RegExp(`enum class ${name} \\{([^}]*)\\}`, 'g')));
    expect(members).toEqual([...Object.keys(operations), 'count']);
  });

  it.each(Object.entries({ ...contract.SHAPES, ...contract.RULES }))(
    'on the fields of %s',
    (name, fields) => {
      const read = once(new RegExp(`call\\.(?:shapes?|rule)<${name}>\\([^{]*\\{([^}]*)\\}`, 'g'));
      expect(names(read)).toEqual(fields.map((field) => `&${name}::${field}`));
    },
  );

  it('and have no other structures between them', () => {
    const read = [...native.matchAll(/call\.(?:shapes?|rule)<(\w+)>/g)].map(([, name]) => name);
    expect(read.sort()).toEqual([...Object.keys(contract.SHAPES), ...Object.keys(contract.RULES)].sort());
  });

  it('on what a unit may read besides units', () => {
    const constants = once(/constexpr int64_t (kFromInput[^;]*);/g);
    const { FROM_INPUT, FROM_POOL, NOWHERE } = contract;
    expect(constants).toBe(`kFromInput = ${FROM_INPUT}, kFromPool = ${FROM_POOL}, kNowhere = ${NOWHERE}`);
  });
});
