/**
 * The platforms that have a package of their own with the add-on in it, `@googlenet/backend-onednn-PLATFORM`.
 *
 * `needs` is what a machine must have; `onOld` is the oldest system that the released binary is for.
 */
export const PLATFORMS = {
  'linux-x64': {
    title: 'Linux on x86-64',
    needs:
      'glibc 2.28 or newer (Debian 10, Ubuntu 18.10, RHEL 8 and what came after; not musl, so not Alpine) and `libgomp.so.1` (Debian and Ubuntu: `apt install libgomp1`; Fedora and RHEL: `dnf install libgomp`)',
  },
  'linux-arm64': {
    title: 'Linux on arm64',
    needs:
      'glibc 2.28 or newer (Debian 10, Ubuntu 18.10, RHEL 8 and what came after; not musl, so not Alpine) and `libgomp.so.1` (Debian and Ubuntu: `apt install libgomp1`; Fedora and RHEL: `dnf install libgomp`)',
  },
  'darwin-arm64': { title: 'macOS on Apple silicon', needs: 'macOS 15 or newer' },
  'darwin-x64': { title: 'macOS on Intel processors', needs: 'macOS 15 or newer' },
  'win32-x64': { title: 'Windows on x86-64', needs: 'Windows 10 or newer' },
};

/** The one that this process runs on; it need not be in {@link PLATFORMS}. */
export const hostPlatform = `${process.platform}-${process.arch}`;

/** @param {string} platform - such as `linux-arm64` */
export function splitPlatform(platform) {
  const [os, cpu] = platform.split('-');
  return { os, cpu };
}
