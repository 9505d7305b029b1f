// Writes the folders of the platform packages from one table (platforms.mjs): package.json, README.md, LICENSE, .gitignore; the version is
// backend-onednn's. `node scripts/platform-packages.mjs`; with --check it only names the files that differ. What build-native.mjs and a
// release put there stays.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { outputFolderOf, packageFolder } from './native-toolchain.mjs';
import { PLATFORMS } from './platforms.mjs';

const engine = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'));
const licence = readFileSync(join(packageFolder, 'LICENSE'), 'utf8');

function manifest(platform, { title }) {
  return {
    name: `@googlenet/backend-onednn-${platform}`,
    version: engine.version,
    description: `The native add-on of @googlenet/backend-onednn for ${title}, with oneDNN.`,
    license: 'MIT AND Apache-2.0',
    author: engine.author,
    repository: { ...engine.repository, directory: `packages/backend-onednn-${platform}` },
    homepage: engine.homepage,
    bugs: engine.bugs,
    keywords: ['tensorflow.js', 'onednn', 'native'],
    exports: { './onednn.node': './onednn.node', './package.json': './package.json' },
    files: [
      'onednn.node',
      'libdnnl.*',
      ...(platform.startsWith('win32') ? ['libomp.dll'] : []),
      'build.json',
      'LICENSE',
      'LICENSE-oneDNN',
      'README.md',
    ],
    engines: engine.engines,
    publishConfig: engine.publishConfig,
    scripts: {
      prepack: 'node ../backend-onednn/scripts/platform-fields.mjs add',
      postpack: 'node ../backend-onednn/scripts/platform-fields.mjs remove',
    },
  };
}

const readme = (platform, { title, needs }) => `# @googlenet/backend-onednn-${platform}

The native add-on of [\`@googlenet/backend-onednn\`](../backend-onednn) for ${title}, with oneDNN. It is an optional
dependency of that package; nobody installs it by hand, and it has no install script.

Needs: ${needs}.

A release builds it with oneDNN inside. In a checkout \`npm run build:native\` fills this folder, with the oneDNN of the system
beside the add-on, for that system only; \`build.json\` says which it is. The binaries are not in git. The \`os\`, \`cpu\` and
\`libc\` fields are added while the package is packed: in a workspace they would make \`npm ci\` fail on other platforms.

Licences: this project's code MIT, oneDNN Apache-2.0 with the notices of its parts (\`LICENSE-oneDNN\`).
`;

const differing = [];
for (const [platform, about] of Object.entries(PLATFORMS)) {
  const folder = outputFolderOf(platform);
  mkdirSync(folder, { recursive: true });
  const files = {
    'package.json': `${JSON.stringify(manifest(platform, about), null, 2)}\n`,
    'README.md': readme(platform, about),
    LICENSE: licence,
    '.gitignore': '*.node\n*.dll\nlibdnnl.*\nbuild.json\nLICENSE-oneDNN\n',
  };
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
    differing.push(`backend-onednn-${platform}/${name}`);
    if (!process.argv.includes('--check')) writeFileSync(path, text);
  }
}
if (process.argv.includes('--check') && differing.length > 0) {
  process.stderr.write(
    `expected ${differing.join(', ')} as platforms.mjs says, got something else. Run node packages/backend-onednn/scripts/platform-packages.mjs.\n`,
  );
  process.exit(1);
}
