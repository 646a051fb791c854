import type { AuthenticatorRow } from '../storage/queries/authenticators.ts';
import type { Enrolment } from './complete-enrolment.ts';
import type { OpenAction } from './open-action.ts';
import { requireFirstOrScope } from './permit.ts';

/** The enrolment that a proof of an authenticator completes which has waited for it. */
export function pendingEnrolment(authenticator: AuthenticatorRow, nowMs: number): (held: OpenAction) => Enrolment {
  return (held) => {
    requireFirstOrScope(held);
    return {
      authenticator: { ...authenticator, verified_at: nowMs, last_verified_at: nowMs },
      place: 'waited for',
    };
  };
}
