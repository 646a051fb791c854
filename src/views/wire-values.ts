import { verificationMethod } from '../contract/values.ts';
import type { VerificationMethod } from '../contract/values.ts';

/** A time on the wire: ISO 8601 in UTC with milliseconds. */
export function wireTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

/** Stored method names as wire values, each once, in the order of their first use. */
export function distinctMethods(names: readonly string[]): VerificationMethod[] {
  return [...new Set(names)].map((name) => verificationMethod.parse(name));
}
