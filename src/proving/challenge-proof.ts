import { assuranceOf } from '../methods/assurance-of.ts';
import { contactOf, haveSameContact } from '../core/authenticators/contact.ts';
import type { GoodProof } from './accept-proof.ts';
import type { OpenAction } from './open-action.ts';
import type { CodeChallenge } from '../storage/queries/challenges/of-backends.ts';
import type { Context } from '../calls/context.ts';
import { askedEnrolment } from './asked-enrolment.ts';

/**
 * What the code of a backend's challenge proves about the user of `action`. Without an action, the user is not known
 * yet.
 */
export function challengeProof(
  { runtime }: Context,
  challenge: CodeChallenge,
  action: OpenAction | undefined,
): Omit<GoodProof, 'consume' | 'subject' | 'remarks'> {
  const { verificationMethod: method } = challenge;
  const contact = contactOf(challenge);
  const proof = {
    method,
    assurance: assuranceOf(method),
    // The backend asked for proof of the user, so this is one, even if it also enrols something.
    by: 'authenticator' as const,
    contact,
    authenticator: action?.verified.find((row) => row.verificationMethod === method && haveSameContact(row, challenge)),
  };
  if (contact === undefined) return proof;
  return {
    ...proof,
    enrol: (held) =>
      askedEnrolment(held, method, contact, { authenticatorId: runtime.ids.uuid(), nowMs: runtime.clock.now() }),
  };
}
