import { slots } from '../core/authenticators/slot.ts';
import type { Context } from '../calls/context.ts';
import type { AuthenticatorRow } from '../storage/queries/authenticators.ts';
import type { Enrolment } from './complete-enrolment.ts';
import type { OpenAction } from './open-action.ts';
import { holdOf, isPermitted, permitEnrolment } from './permit.ts';

/**
 * What a proof by one method enrols whose message went to the contact of another method's authenticator: that contact
 * for its own method, if the user has none and the token permits it. Otherwise it stays a proof alone.
 */
export function besideEnrolment(
  { runtime }: Context,
  method: string,
  proven: AuthenticatorRow,
): (held: OpenAction) => Enrolment | undefined {
  return (held) => {
    const hasOwn = held.verified.some((row) => row.verificationMethod === method);
    if (hasOwn || !isPermitted(() => permitEnrolment(held, method))) return undefined;
    const { nowMs } = held;
    return {
      authenticator: {
        ...proven,
        authenticatorId: runtime.ids.uuid(),
        verificationMethod: method,
        slot: slots.own,
        state: {},
        createdAt: nowMs,
        verifiedAt: nowMs,
        lastVerifiedAt: nowMs,
        ...holdOf(held, method),
      },
      place: 'own',
    };
  };
}
