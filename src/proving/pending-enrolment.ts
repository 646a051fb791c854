import type { AuthenticatorRow } from '../storage/queries/authenticators.ts';
import type { Enrolment } from './complete-enrolment.ts';
import type { OpenAction } from './open-action.ts';
import { holdOf, maySucceed, permitEnrolment } from './permit.ts';

/** The enrolment that the proof of a pending authenticator completes. */
export function pendingEnrolment(authenticator: AuthenticatorRow): (held: OpenAction) => Enrolment {
  return (held) => {
    const method = authenticator.verificationMethod;
    permitEnrolment(held, method);
    return {
      authenticator: {
        ...authenticator,
        verifiedAt: held.nowMs,
        lastVerifiedAt: held.nowMs,
        ...holdOf(held, method),
      },
      place: maySucceed(held, method) ? 'successor' : 'waited for',
    };
  };
}
