import { Refusal } from '../contract/errors.ts';

/** The refusal for a path that exists only in development mode. */
export function nothingHere(): Refusal {
  return new Refusal('not_found', 'There is nothing at this path. Check the path and its ids.');
}
