import { isList, UNKNOWN, type Truth, type Value } from './value.ts';

/** JsonLogic's truth: as in JavaScript, but an empty array is false. */
export function isTruthy(value: Value): Truth {
  if (value === UNKNOWN) return UNKNOWN;
  return isList(value) ? value.length > 0 : Boolean(value);
}
