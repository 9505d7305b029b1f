import { homedir } from 'node:os';
import { join, isAbsolute } from 'node:path';

/**
 * The folder where downloads are kept, as each platform has it.
 *
 * `$XDG_CACHE_HOME/googlenet` where that is set, else `~/Library/Caches/googlenet` (macOS),
 * `%LOCALAPPDATA%\googlenet\Cache` (Windows), `~/.cache/googlenet` (others). It is not created.
 */
export function cacheFolder(
  env: Record<string, string | undefined> = process.env,
  platform: string = process.platform,
  home: string = homedir(),
): string {
  const xdg = env.XDG_CACHE_HOME;
  // The XDG specification has relative paths ignored.
  if (xdg !== undefined && isAbsolute(xdg)) return join(xdg, 'googlenet');
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'googlenet');
  if (platform === 'win32') {
    return join(env.LOCALAPPDATA ?? join(home, 'AppData', 'Local'), 'googlenet', 'Cache');
  }
  return join(home, '.cache', 'googlenet');
}
