import { FormatError, type FormatErrorCode } from '../errors';

/** The code of the `FormatError` that a call throws; any other error is thrown on. */
export function codeOf(call: () => unknown): FormatErrorCode | undefined {
  try {
    call();
  } catch (error) {
    if (error instanceof FormatError) return error.code;
    throw error;
  }
  return undefined;
}
