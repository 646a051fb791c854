import { Refusal } from '../contract/errors.ts';

/** The refusal that a caller gets for an error. What is no refusal and no lack of room is a bug: see the log. */
export function refusalOf(error: unknown, isUnavailable: (error: unknown) => boolean): Refusal {
  if (error instanceof Refusal) return error;
  if (isUnavailable(error)) {
    return new Refusal(
      'unavailable',
      'The server has no room for this request now. Repeat it after the time in Retry-After.',
      1,
    );
  }
  return new Refusal(
    'unexpected_error',
    'An unexpected error occurred. The server has logged it under this request id.',
  );
}
