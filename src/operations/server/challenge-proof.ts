import { assuranceOf } from '../../core/authenticators/assurance.ts';
import { contactOf, haveSameContact } from '../../core/authenticators/contact.ts';
import type { GoodProof } from '../../proving/accept-proof.ts';
import type { OpenAction } from '../../proving/open-action.ts';
import type { CodeChallenge } from '../../storage/queries/challenges.ts';
import type { Context } from '../operation.ts';
import { askedEnrolment } from './asked-enrolment.ts';

/** What the code of a backend's challenge proves of its user, for `action`; of nobody yet, where there is none. */
export function challengeProof(
  { runtime }: Context,
  challenge: CodeChallenge,
  action: OpenAction | undefined,
): Omit<GoodProof, 'consume' | 'subject' | 'remarks'> {
  const { verification_method: method } = challenge;
  const contact = contactOf(challenge);
  const proof = {
    method,
    assurance: assuranceOf(method, false),
    // The backend has asked who it is: that is a proof of the user, whatever it enrols.
    isRegistration: false,
    contact,
    authenticator: action?.verified.find(
      (row) => row.verification_method === method && haveSameContact(row, challenge),
    ),
  };
  if (contact === undefined) return proof;
  return {
    ...proof,
    enrol: (held) =>
      askedEnrolment(held, method, contact, { authenticatorId: runtime.ids.uuid(), nowMs: runtime.clock.now() }),
  };
}
