import { UserError } from '../errors';
import { comesAfterWasm } from './onednn';
import { selectEngine, type Engine, type Probe } from './index';
import { probeTensorflow, restoreUtilities } from './tensorflow';

function engine(name: Engine['name'], probe: Probe, broken?: string): Engine {
  return {
    name,
    title: name,
    probe: () => Promise.resolve(probe),
    use: () =>
      broken === undefined
        ? Promise.resolve({ name, backend: name, detail: '' })
        : Promise.reject(new Error(broken)),
  };
}

const missing = engine('onednn', {
  available: false,
  reason: 'it is not built',
  hint: 'npm run build:native',
});
const broken = engine('tensorflow', { available: true }, 'symbol not found');
const works = engine('wasm', { available: true });

describe('selectEngine', () => {
  it('takes the first that works, and says in one line why it passed over another', async () => {
    const lines: string[] = [];
    const info = await selectEngine('auto', {}, (line) => lines.push(line), [missing, broken, works]);
    expect(info.name).toBe('wasm');
    expect(lines).toEqual([
      'engine onednn passed over: it is not built (npm run build:native)',
      'engine tensorflow passed over: symbol not found',
    ]);
  });

  it('takes an engine that comes after another here when its turn comes, and says so', async () => {
    const native = engine('onednn', {
      available: true,
      comesAfter: { engine: 'wasm', why: 'nobody has measured it here' },
    });
    const select = async (request: 'auto' | 'onednn', engines: Engine[]) => {
      const lines: string[] = [];
      const { name } = await selectEngine(request, {}, (line) => lines.push(line), engines);
      return [name, ...lines];
    };
    const line = 'engine onednn comes after wasm: nobody has measured it here';
    expect(await select('auto', [native, works])).toEqual(['wasm', line]);
    expect(await select('onednn', [native, works])).toEqual(['onednn']);
    const brokenWasm = engine('wasm', { available: true }, 'no memory');
    const cpu = engine('cpu', { available: true });
    expect(await select('auto', [native, brokenWasm, cpu])).toEqual([
      'onednn',
      line,
      'engine wasm passed over: no memory',
    ]);
  });

  it('gives bf16 to an engine that has it, and says so where there is none', async () => {
    const lines: string[] = [];
    const asked = selectEngine('auto', { precision: 'bf16' }, (line) => lines.push(line), [works]);
    await expect(asked).rejects.toThrow('expected at least one engine that works here, got none.');
    expect(lines).toEqual(['engine wasm passed over: it has no bf16; leave out --precision']);
    const use = jest.fn(() => Promise.resolve({ name: 'wasm' as const, backend: 'wasm', detail: '' }));
    await selectEngine('wasm', { precision: 'bf16' }, () => undefined, [{ ...works, bf16: true, use }]);
    expect(use).toHaveBeenCalledWith({ precision: 'bf16' });
  });

  it('does not replace an engine that was asked for', async () => {
    const asked = selectEngine('onednn', {}, () => undefined, [missing, works]);
    await expect(asked).rejects.toThrow(UserError);
    await expect(asked).rejects.toThrow(
      '--backend onednn: expected an engine that works here, got: it is not built. To get it: npm run build:native. Or use --backend auto; `googlenet doctor` shows which work.',
    );
  });

  it('says so where nothing works', async () => {
    await expect(selectEngine('auto', {}, () => undefined, [missing])).rejects.toThrow(
      '--backend auto: expected at least one engine that works here, got none.',
    );
  });
});

describe('probeTensorflow', () => {
  it('tells a package that is not installed from one that does not load', async () => {
    const absent = await probeTensorflow(() =>
      Promise.reject(new Error("Cannot find package '@tensorflow/tfjs-node' imported from here")),
    );
    expect(absent).toMatchObject({ available: false, reason: '@tensorflow/tfjs-node is not installed' });
    const damaged = await probeTensorflow(() =>
      Promise.reject(new Error('libtensorflow.so.2: cannot open\nmore lines')),
    );
    expect(damaged).toMatchObject({
      available: false,
      reason: '@tensorflow/tfjs-node does not load: libtensorflow.so.2: cannot open',
    });
  });

  it('notices a second copy of tfjs-core, which registers its backend elsewhere', async () => {
    expect(await probeTensorflow(() => Promise.resolve({}))).toMatchObject({
      available: false,
      hint: 'npm dedupe',
    });
  });
});

describe('restoreUtilities', () => {
  it('gives back what Node 23 removed, and keeps what is there', () => {
    const own = (): boolean => true;
    const target: Record<string, unknown> = { isArray: own };
    restoreUtilities(target);
    expect(target.isArray).toBe(own);
    const isNullOrUndefined = target.isNullOrUndefined as (value: unknown) => boolean;
    expect([isNullOrUndefined(null), isNullOrUndefined(undefined), isNullOrUndefined(0)]).toEqual([
      true,
      true,
      false,
    ]);
  });
});

describe('comesAfterWasm', () => {
  it('puts the native engine first where it was measured', () => {
    expect(comesAfterWasm('x64')).toEqual({});
    expect(comesAfterWasm('arm64').comesAfter).toEqual({
      engine: 'wasm',
      why: 'nobody has measured it on arm64; --backend onednn takes it all the same',
    });
  });
});
