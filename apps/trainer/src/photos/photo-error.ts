import { UserError, reasonOf } from '../errors';

/**
 * Runs something on pictures of a person's own.
 *
 * @throws {UserError} for what `@googlenet/images` refuses: the message begins with the option.
 */
export async function photoError<T>(option: string, action: () => T | Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof Error && (error.name === 'ImageError' || error instanceof RangeError))
      throw new UserError(`${option}: ${reasonOf(error)}`, { cause: error });
    throw error;
  }
}
