import * as inceptionPackage from './index';

it('exports what the README lists and nothing else', () => {
  expect(Object.keys(inceptionPackage).sort()).toEqual([
    'CONV_UNIT_DEFAULTS',
    'ConvBatchNorm',
    'Inception',
    'OPTIONAL_KERNELS',
    'batchNormTrain',
    'convBatchNorm',
    'convolutionCost',
    'foldBatchNorm',
    'fromStandardLayers',
    'inception',
    'inceptionCost',
    'rebuildModel',
    'toStandardLayers',
  ]);
});
