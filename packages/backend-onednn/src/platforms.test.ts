import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PLATFORMS } from './node/load-addon';

const folder = join(__dirname, '..');
const script = (name: string, ...args: string[]) =>
  execFileSync(process.execPath, [join(folder, 'scripts', name), ...args], { encoding: 'utf8' });
const evaluate = (code: string): unknown =>
  JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', code], { cwd: folder, encoding: 'utf8' }),
  );

describe('packages of the platforms', () => {
  it('are what their table says, and the engine asks for each of them', () => {
    expect(() => script('platform-packages.mjs', '--check')).not.toThrow();
    const listed = evaluate(
      "import { PLATFORMS } from './scripts/platforms.mjs'; console.log(JSON.stringify(Object.keys(PLATFORMS)))",
    ) as string[];
    const { optionalDependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      optionalDependencies: Record<string, string>;
    };
    const packages = listed.map((platform) => `@googlenet/backend-onednn-${platform}`);
    expect([...PLATFORMS].sort()).toEqual([...listed].sort());
    expect(Object.keys(optionalDependencies)).toEqual(packages.sort());
  });

  it('are not published with what a machine may lack', () => {
    const problems = (libraries: string, symbols: string) =>
      evaluate(
        `import { problemsOf } from './scripts/check-addon.mjs';
         console.log(JSON.stringify(problemsOf('linux', ${JSON.stringify(libraries)}, ${JSON.stringify(symbols)})))`,
      );
    expect(problems('NEEDED  libc.so.6\nNEEDED  libgomp.so.1\n', '(GLIBC_2.4) a\n(GLIBC_2.28) b')).toEqual(
      [],
    );
    expect(problems('NEEDED  libOpenCL.so.1\nNEEDED  libstdc++.so.6\n', '(GLIBC_2.34) a')).toEqual([
      'it loads libOpenCL.so.1',
      'it loads libstdc++.so.6',
      'it needs glibc 2.34, newer than 2.28: build it in an older system',
    ]);
  });
});
