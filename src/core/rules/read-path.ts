import { UNKNOWN, type Value } from './value.ts';

/**
 * Undefined if the path leads nowhere, so that a null that was sent differs from nothing. Members of an unknown value
 * are unknown. Only own properties: `constructor` or `__proto__` is never found by inheritance (A73).
 */
export function readPath(from: Value | undefined, names: readonly string[]): Value | undefined {
  let value = from;
  for (const name of names) {
    if (value === UNKNOWN) return UNKNOWN;
    if (value === undefined || value === null || !Object.hasOwn(Object(value) as object, name)) return undefined;
    value = (value as Record<string, Value | undefined>)[name];
  }
  return value;
}
