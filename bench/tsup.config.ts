import { library } from '@googlenet-tooling/config/tsup';

export default library({
  entry: { cli: 'src/cli.ts', child: 'src/child.ts', timing: 'src/timing.ts', gradients: 'src/gradients.ts' },
  format: ['esm'],
  platform: 'node',
  dts: false,
});
