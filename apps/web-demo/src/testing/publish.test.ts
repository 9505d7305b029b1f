import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { publishFile, publishFolder } from '../../scripts/publish';

const build = join(__dirname, '../../build');
let shelf: string;
beforeEach(() => {
  mkdirSync(build, { recursive: true });
  shelf = mkdtempSync(join(build, 'publish-test-'));
});
afterEach(() => rmSync(shelf, { recursive: true, force: true }));

const text = (path: string) => readFileSync(path, 'utf8');

it('brings a folder into place when it is whole, for every reader', () => {
  const folder = join(shelf, 'data');
  publishFolder(folder, (part) => {
    expect(existsSync(folder)).toBe(false);
    writeFileSync(join(part, 'digits'), 'whole');
  });
  expect(text(join(folder, 'digits'))).toBe('whole');
  expect(statSync(folder).mode & 0o055).toBe(0o055 & ~process.umask());
});

it('leaves the folder of a process that was first, and nothing of the second', () => {
  const folder = join(shelf, 'data');
  let second = '';
  publishFolder(folder, (part) => {
    second = part;
    writeFileSync(join(part, 'digits'), 'second');
    publishFolder(folder, (first) => writeFileSync(join(first, 'digits'), 'first'));
  });
  expect(text(join(folder, 'digits'))).toBe('first');
  expect(existsSync(dirname(second))).toBe(false);
});

it('leaves nothing of a folder that could not be filled', () => {
  const folder = join(shelf, 'data');
  let part = '';
  expect(() =>
    publishFolder(folder, (given) => {
      part = given;
      throw new Error('no digits');
    }),
  ).toThrow('no digits');
  expect(existsSync(folder)).toBe(false);
  expect(existsSync(dirname(part))).toBe(false);
});

it('replaces a file of another content, and leaves one of the same alone', () => {
  const path = join(shelf, 'model/model.json');
  publishFile(path, 'old');
  publishFile(path, 'new');
  expect(text(path)).toBe('new');
  const { ino } = statSync(path);
  publishFile(path, 'new');
  expect(statSync(path).ino).toBe(ino);
  expect(readdirSync(join(shelf, 'model'))).toEqual(['model.json']);
});
