import process from 'node:process';

/** The variables that the launcher has set. */
export function environment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}
