import { isUuid } from '../calls/is-uuid.ts';
import { Refusal } from '../contract/errors.ts';

/** The id after which a list goes on; undefined at its beginning. @throws {Refusal} `invalid_request` */
export function idCursor(cursor: string | undefined): string | undefined {
  if (cursor === undefined || isUuid(cursor)) return cursor;
  throw new Refusal('invalid_request', 'cursor must be nextCursor of a response, unchanged.');
}

/** The id before which a list goes on that is newest first and ends before `endId`. @throws {Refusal} `invalid_request` */
export function idBefore(cursor: string | undefined, endId: string): string {
  const id = idCursor(cursor);
  // A cursor narrows the range that was asked for, and never widens it.
  return id !== undefined && id < endId ? id : endId;
}
