import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gitCommit } from './git-commit';

const [ONE, TWO] = ['1'.repeat(40), 'ab'.repeat(20)];
let root: string;
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'googlenet-commit-'))));
afterEach(() => rmSync(root, { recursive: true }));

function put(path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

describe('the commit of a run', () => {
  it('is that of the branch that is checked out, from any folder below', () => {
    put('.git/HEAD', 'ref: refs/heads/some/branch\n');
    put('.git/refs/heads/some/branch', `${ONE}\n`);
    put('a/b/file', '');
    expect(gitCommit(join(root, 'a', 'b'))).toBe(ONE);
  });

  it('is found among packed references and in a head that is on no branch', () => {
    put('.git/HEAD', 'ref: refs/heads/main\n');
    put('.git/packed-refs', `# pack-refs with: peeled\n${ONE} refs/heads/not/main\n${TWO} refs/heads/main\n`);
    expect(gitCommit(root)).toBe(TWO);
    put('.git/HEAD', `${ONE}\n`);
    expect(gitCommit(root)).toBe(ONE);
  });

  it('is that of the worktree', () => {
    put('main/.git/refs/heads/side', TWO);
    put('main/.git/worktrees/side/HEAD', 'ref: refs/heads/side\n');
    put('main/.git/worktrees/side/commondir', '../..\n');
    put('side/.git', `gitdir: ${join(root, 'main/.git/worktrees/side')}\n`);
    expect(gitCommit(join(root, 'side'))).toBe(TWO);
  });

  it.each(['', 'ref: refs/heads/unborn\n', 'ref: refs/../../secret\n', 'no hash'])(
    'is left out where the head says %j',
    (head) => {
      put('.git/HEAD', head);
      put('secret', ONE);
      expect(gitCommit(root)).toBeUndefined();
    },
  );
});
