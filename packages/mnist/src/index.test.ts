import * as browser from './index';
import * as node from './node/index';

describe('the public names', () => {
  test('of the entry for all platforms', () => {
    expect(Object.keys(browser).sort()).toEqual([
      'DataError',
      'ImageDataset',
      'arrayData',
      'datasetNames',
      'defaultAugment',
      'gunzip',
      'gzip',
      'loadDatasetFromUrls',
      'loadLabeledImages',
      'parseIdx',
      'preprocessDrawing',
      'readIdx',
      'toLabeledImages',
      'toTfDataset',
      'writeIdx',
    ]);
  });

  test('of the entry for Node', () => {
    expect(Object.keys(node).sort()).toEqual(['cacheFolder', 'loadDataset']);
  });
});
