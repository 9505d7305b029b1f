import { type Availability, loadAddon } from './load-addon';

/** Whether MPI can be used here; if not, why, and what to do. Never throws, and starts nothing. */
export function isAvailable(): Availability {
  const { available, library, reason, hint } = loadAddon();
  return {
    available,
    ...(library !== undefined && { library }),
    ...(reason !== undefined && { reason }),
    ...(hint !== undefined && { hint }),
  };
}
