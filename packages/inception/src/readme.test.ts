import * as cpu from '@tensorflow/tfjs-backend-cpu';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tfl from '@tensorflow/tfjs-layers';
import { testReadmeSnippets } from '../../../tooling/config/readme';
import * as own from './index';

const folder = join(__dirname, '..');

testReadmeSnippets(
  folder,
  { '@tensorflow/tfjs-backend-cpu': cpu, '@tensorflow/tfjs-layers': tfl, '@googlenet/inception': own },
  2,
);

it('lists every export and every option with its default', () => {
  const readme = readFileSync(join(folder, 'README.md'), 'utf8');
  for (const name of Object.keys(own)) expect(readme).toContain(name);
  for (const [option, value] of Object.entries(own.CONV_UNIT_DEFAULTS)) {
    expect(readme).toContain(`\`${option}\``);
    if (typeof value === 'number') {
      const row = readme.split('\n').find((line) => line.startsWith(`| \`${option}\``))!;
      expect(Number(row.split('|')[3].replace(/`/g, ''))).toBe(value);
    }
  }
});
