import { UserError } from './errors';
import { explained } from './explain';

describe('explained', () => {
  it('says what a full disk means and how to go on', () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
      code: 'ENOSPC',
      syscall: 'write',
      path: 'runs/x/metrics.jsonl',
    });
    expect(explained(full, 'To go on: googlenet train --resume runs/x')).toEqual(
      new UserError(
        'write: expected room on the disk for runs/x/metrics.jsonl, got ENOSPC. Free some space. To go on: googlenet train --resume runs/x',
      ),
    );
  });

  it('takes a message in the form of this project as one to act on', () => {
    expect(explained(new RangeError('train(data): expected at least one batch, got 0.'))).toBeInstanceOf(
      UserError,
    );
    expect(explained(new RangeError('train(config): 2 problems.\n  - epochs: ...'))).toBeInstanceOf(
      UserError,
    );
  });

  it('leaves anything else as it is', () => {
    const unknown = new TypeError("Cannot read properties of undefined (reading 'x')");
    expect(explained(unknown)).toBe(unknown);
    expect(explained('text')).toBe('text');
  });
});
