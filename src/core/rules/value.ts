/**
 * Marks a fact that was due but could not be computed (ruling 8); a fact that was never sent is null instead.
 * A symbol, so that no JSON can forge it, and so that an operator that forgets about it throws rather than guesses.
 */
export const UNKNOWN: unique symbol = Symbol('unknown');
export type Unknown = typeof UNKNOWN;

export type Primitive = null | boolean | number | string;
export type Json = Primitive | readonly Json[] | { readonly [key: string]: Json };

/** What a condition reads and computes: JSON in which any part may be unknown. */
export type Value = Primitive | Unknown | readonly Value[] | { readonly [key: string]: Value | undefined };

/** The three values of strong Kleene logic. */
export type Truth = boolean | Unknown;

// Array.isArray does not narrow readonly arrays.
export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}
