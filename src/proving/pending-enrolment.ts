import type { AuthenticatorRow } from '../storage/queries/authenticators.ts';
import type { Enrolment } from './complete-enrolment.ts';
import type { OpenAction } from './open-action.ts';
import { holdOf, maySucceed, permitEnrolment } from './permit.ts';

/** The enrolment that a proof of an authenticator completes which has waited for it. */
export function pendingEnrolment(authenticator: AuthenticatorRow): (held: OpenAction) => Enrolment {
  return (held) => {
    const method = authenticator.verification_method;
    permitEnrolment(held, method);
    return {
      authenticator: {
        ...authenticator,
        verified_at: held.nowMs,
        last_verified_at: held.nowMs,
        ...holdOf(held, method),
      },
      place: maySucceed(held, method) ? 'successor' : 'waited for',
    };
  };
}
