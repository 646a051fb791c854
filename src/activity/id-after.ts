import { isUuid } from '../calls/is-uuid.ts';
import { Refusal } from '../contract/errors.ts';

/** The id before which a list goes on: that of the cursor, or the first one. @throws {Refusal} `invalid_request` */
export function idAfter(cursor: string | undefined, firstId: string): string {
  if (cursor === undefined) return firstId;
  if (!isUuid(cursor)) throw new Refusal('invalid_request', 'cursor must be nextCursor of a response, unchanged.');
  // The cursor narrows the range that was asked for, and never widens it.
  return cursor < firstId ? cursor : firstId;
}
