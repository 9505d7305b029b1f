// npm run release: version, build, gates, publish. --help says the rest.
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { isBinaryPackage, isComplete, publishedPackages, root } from '../../integrations/src/packages.mjs';
import { preRelease, waitingChangesets } from './changesets.mjs';
import { installed, npm } from './programs.mjs';

const { values: options } = parseArgs({
  options: {
    'skip-version': { type: 'boolean', default: false },
    'skip-gates': { type: 'boolean', default: false },
    'all-platforms': { type: 'boolean', default: false },
    'dry-run': { type: 'boolean', default: false },
    registry: { type: 'string' },
    userconfig: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

if (options.help) {
  console.log(`npm run release -- [options]

Turns the waiting changesets into versions and changelogs, builds, runs the gates and publishes
the packages in the order of their dependencies. Versions that the registry has already are passed over.

  --skip-version       publish the versions as they stand (what the release workflow does after the version pull request)
  --skip-gates         leave out the gates of integrations/
  --all-platforms      refuse to publish anything while the add-on of a platform is missing (the release workflow builds them all)
  --dry-run            everything but the upload
  --registry URL       another registry than npm's configured one
  --userconfig FILE    another npm configuration file (for its token)

Pre-releases: "npx changeset pre enter next" first, "npx changeset pre exit" after; they go to the tag "next".`);
  process.exit(0);
}

const npmOptions = [
  ...(options.registry ? ['--registry', options.registry] : []),
  ...(options.userconfig ? ['--userconfig', options.userconfig] : []),
];

/** Runs a command in the root folder and shows what it prints. */
function step(title, { file, args, shell }) {
  console.log(`\n== ${title}`);
  execFileSync(file, args, {
    cwd: root,
    shell,
    stdio: 'inherit',
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' },
  });
}

/** Whether the registry has this version already. */
function isPublished({ name, manifest }) {
  try {
    const view = npm(['view', `${name}@${manifest.version}`, 'version', '--json', ...npmOptions]);
    const answer = execFileSync(view.file, view.args, {
      cwd: root,
      shell: view.shell,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return answer.includes(manifest.version);
  } catch (error) {
    if (`${error.stdout}${error.stderr}`.includes('E404')) return false;
    throw error;
  }
}

if (!options['skip-version']) {
  if (waitingChangesets().length === 0) console.log('no changeset waits: the versions stay as they are');
  else {
    step('version', installed('@changesets/cli', 'changeset', ['version']));
    step(
      'lock file',
      npm(['install', '--package-lock-only', '--ignore-scripts', '--prefer-offline', '--no-audit']),
    );
  }
}
step(
  'build',
  installed('turbo', 'turbo', [
    'run',
    'build',
    '--filter=./packages/*',
    '--filter=@googlenet/trainer',
    '--output-logs=errors-only',
    '--concurrency=2',
  ]),
);
if (!options['skip-gates']) step('gates', npm(['run', 'gates']));

const pre = preRelease();
const tag = pre?.mode === 'pre' ? pre.tag : 'latest';
const canProve = process.env.GITHUB_ACTIONS === 'true';

const unbuilt = publishedPackages().filter((one) => isBinaryPackage(one) && !isComplete(one));
if (options['all-platforms'] && unbuilt.length > 0)
  throw new Error(
    `release: expected the add-ons of all platforms, got none in ${unbuilt.map(({ name }) => name).join(', ')}. Take them from the workflow "native".`,
  );

for (const one of publishedPackages()) {
  const label = `${one.name}@${one.manifest.version}`;
  if (!isComplete(one)) {
    if (!isBinaryPackage(one))
      throw new Error(
        `release(${label}): expected every file that "exports" names, got a gap. Run npm run build.`,
      );
    console.log(`\n== ${label}: its add-on is not built (npm run build:native): passed over`);
    continue;
  }
  if (isPublished(one)) {
    console.log(`\n== ${label}: already published`);
    continue;
  }
  console.log(`\n== publish ${label} (${tag})`);
  const args = [
    'publish',
    '--access',
    'public',
    '--tag',
    tag,
    canProve ? '--provenance' : '--no-provenance',
    // Only binary packages have a script that must run: it adds "os" and "cpu".
    ...(isBinaryPackage(one) ? [] : ['--ignore-scripts']),
    ...npmOptions,
  ];
  if (options['dry-run']) args.push('--dry-run');
  const publish = npm(args);
  execFileSync(publish.file, publish.args, { cwd: one.folder, shell: publish.shell, stdio: 'inherit' });
}

// The release workflow reads the "New tag:" lines and makes a GitHub release of each.
if (!options['dry-run']) step('tags', installed('@changesets/cli', 'changeset', ['tag']));
