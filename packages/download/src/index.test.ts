import * as any from './index';
import * as node from './node/index';

it('exports these names for any platform', () => {
  expect(Object.keys(any).sort()).toEqual(['DownloadError', 'digest', 'fetchBytes', 'isDigest', 'messageOf']);
});

it('exports these names for Node', () => {
  expect(Object.keys(node).sort()).toEqual(['cacheFolder', 'digestOfFile', 'download']);
});
