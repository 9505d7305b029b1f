import * as names from './index';

it('exports the public names', () => {
  expect(Object.keys(names).sort()).toEqual(['MNIST_RECORD', 'loadMnistWeights', 'pretrainedMnist']);
});
