// The command line of turbo, with its telemetry off.
import { runTurbo } from './run-turbo.mjs';

process.exit(runTurbo(process.argv.slice(2), { stdio: 'inherit' }).status ?? 1);
