import type { Assurance } from '../core/rules/rule-set.ts';
import { manifestOf } from './manifests.ts';

/**
 * The assurance of a proof by a method (ruling 10); `verified` if the device of its key has verified its user, and so also
 * the best that the method can have. Null is a success without a method, such as a state that the backend has set. It has
 * the lowest assurance, like every method that the ruling does not name.
 */
export function assuranceOf(verificationMethod: string | null, by: 'plain' | 'verified' = 'plain'): Assurance {
  const assurance = verificationMethod === null ? undefined : manifestOf(verificationMethod)?.assurance;
  return assurance?.[by] ?? 'low';
}
