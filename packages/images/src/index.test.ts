import * as everywhere from './index';
import * as node from './node/index';

describe('the public names', () => {
  it('of the entry for all platforms', () => {
    expect(Object.keys(everywhere).sort()).toEqual([
      'ImageError',
      'adjustColor',
      'augmentPhoto',
      'centerCrop',
      'crop',
      'decodeImage',
      'defaultPhotoAugment',
      'dropAlpha',
      'flipHorizontal',
      'orient',
      'readImageHeader',
      'resize',
      'resizeShorterSide',
      'toFloat32',
    ]);
  });

  it('of the entry for Node', () => {
    expect(Object.keys(node).sort()).toEqual([
      'PhotoDataset',
      'decodeImage',
      'decodeImageSync',
      'listPictures',
      'openPhotos',
    ]);
  });
});
