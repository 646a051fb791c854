import type { DecisionRecord } from '../actions/decide-action.ts';
import { assurances } from '../rules/rule-set.ts';
import type { Assurance } from '../rules/rule-set.ts';

/** Whether a proof is by a method that the decision allows, and strong enough for it (ruling 9). */
export function satisfies(
  demand: DecisionRecord['demand'],
  proof: { readonly method: string; readonly assurance: Assurance },
): boolean {
  const isAllowed = demand.verificationMethods === null || demand.verificationMethods.includes(proof.method);
  const minimum = demand.minimumAssurance;
  if (minimum === null) return isAllowed;
  // A minimum that we do not know, perhaps stored by a later release, is never reached (I5).
  return (
    isAllowed && assurances.includes(minimum) && assurances.indexOf(proof.assurance) >= assurances.indexOf(minimum)
  );
}
