import { join } from 'node:path';
import { cacheFolder } from './cache';

describe('cacheFolder', () => {
  it.each<[string, string, Record<string, string>, string]>([
    ['Linux', 'linux', {}, join('/home/a', '.cache', 'googlenet')],
    ['an XDG folder', 'linux', { XDG_CACHE_HOME: '/var/x' }, join('/var/x', 'googlenet')],
    [
      'a relative XDG folder is ignored',
      'linux',
      { XDG_CACHE_HOME: 'x' },
      join('/home/a', '.cache', 'googlenet'),
    ],
    ['macOS', 'darwin', {}, join('/home/a', 'Library', 'Caches', 'googlenet')],
    ['Windows', 'win32', { LOCALAPPDATA: '/c/local' }, join('/c/local', 'googlenet', 'Cache')],
    ['Windows without the variable', 'win32', {}, join('/home/a', 'AppData', 'Local', 'googlenet', 'Cache')],
  ])('%s', (_, platform, env, expected) => {
    expect(cacheFolder(env, platform, '/home/a')).toBe(expected);
  });
});
