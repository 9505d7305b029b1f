import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as backendWasm from '@googlenet/backend-wasm';
import * as model from '@googlenet/model';
import { testReadmeSnippets } from '../../../tooling/config/readme';
import * as own from './index';

const folder = join(__dirname, '..');

testReadmeSnippets(
  folder,
  { '@googlenet/backend-wasm': backendWasm, '@googlenet/model': model, '@googlenet/mnist-weights': own },
  1,
);

it('says of the weights what their record says', () => {
  const readme = readFileSync(join(folder, 'README.md'), 'utf8');
  const { testAccuracy, parameters, widthMultiplier, images, epochs, preset, seed } = own.MNIST_RECORD;
  expect(readme).toContain(
    `${(100 * testAccuracy).toFixed(2)} % of MNIST's ${images.test.toLocaleString('en')}`,
  );
  expect(readme).toContain(`${parameters.toLocaleString('en')} weights`);
  expect(readme).toContain(`--preset ${preset} --width ${widthMultiplier} --seed ${seed}`);
  expect(readme).toContain(`${images.training.toLocaleString('en')} augmented images for ${epochs} epochs`);
  expect(readme).toContain(`by ${images.validation.toLocaleString('en')} others`);
});
