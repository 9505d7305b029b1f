import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandLine } from './cli';
import { defineCommand } from './commands/command';
import { train } from './commands/train';
import { resolveConfig } from './config/resolve';
import { fakeIo } from './testing/fake-io';

const root = join(__dirname, '..', '..', '..');
const folder = join(root, 'docs', 'many-machines');

/** What stands behind `googlenet train` in a file: in a shell's words or in a list of YAML. */
function argumentsIn(name: string): string[] {
  const [, line] = /[^]*googlenet,?\s+train([^]*?)(?:\]|\n*$)/.exec(
    readFileSync(join(folder, name), 'utf8'),
  ) as RegExpExecArray;
  return line
    .replace('"$@"', '')
    .split(/[\s,]+/)
    .filter((word) => word !== '')
    .map((word) => word.replaceAll(/['"]/g, ''));
}

describe('the files of docs/many-machines', () => {
  it.each(['mpijob.yaml', 'trainjob.yaml', 'train.slurm', 'ssh.sh'])(
    '%s trains with options that the command has and settings that hold',
    async (name) => {
      const io = fakeIo(root);
      const seen: unknown[] = [];
      const dry = defineCommand({
        ...train,
        options: train.options,
        run: (_io, options) => {
          seen.push({ distributed: (options as { distributed?: string }).distributed });
          resolveConfig(options as never, root);
          return 0;
        },
      });
      const code = await commandLine(io, [dry], '0')(['train', ...argumentsIn(name)]);
      expect({ code, err: io.err(), seen }).toEqual({ code: 0, err: '', seen: [{ distributed: 'mpi' }] });
    },
  );

  it.each(['train.slurm', 'ssh.sh'])('%s is a script that bash can read', (name) => {
    const { status, error, stderr } = spawnSync('bash', ['-n', join(folder, name)], { encoding: 'utf8' });
    if (error) return; // no bash here
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('name the image, the claim and the numbers of processes alike', () => {
    const files = ['mpijob.yaml', 'trainjob.yaml'].map((name) => readFileSync(join(folder, name), 'utf8'));
    for (const text of files) {
      expect(new Set(text.match(/(?<=image: ).*/g))).toEqual(new Set(['googlenet-mpi:latest']));
      expect(new Set(text.match(/(?<=claimName: ).*/g))).toEqual(new Set(['googlenet-runs']));
      expect(text).toContain('--out');
    }
    expect(files[0]).toMatch(/-np, '4'[^]*Worker:\s+replicas: 4/);
    expect(files[1].match(/numNodes: 4/g)).toHaveLength(2);
    const image = readFileSync(join(folder, 'Dockerfile'), 'utf8');
    expect(image).toContain('docker build -t googlenet-mpi ');
    const { scripts } = JSON.parse(
      readFileSync(join(root, 'packages', 'collective-mpi', 'package.json'), 'utf8'),
    ) as { scripts: object };
    expect(scripts).toHaveProperty('build:native');
    expect(image).toContain('npm run build:native -w @googlenet/collective-mpi');
  });
});
