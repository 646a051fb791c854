import { Refusal } from '../../contract/errors.ts';

/** What is said of a path that only development mode has. */
export function nothingHere(): Refusal {
  return new Refusal('not_found', 'There is nothing at this path. Check the path and its ids.');
}
