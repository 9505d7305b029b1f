import { THREADS_OPTION } from '../options/shared';
import { defineCommand } from './command';

export const doctor = defineCommand({
  name: 'doctor',
  description: 'which engines work here, why the others do not, what would make it faster',
  options: THREADS_OPTION,
  run: async (io, options) => (await import('../actions/doctor')).doctor(io, options),
});
