import { Refusal } from '../contract/errors.ts';
import { contactOf, isReachable } from '../core/authenticators/contact.ts';
import type { Contact } from '../core/authenticators/contact.ts';
import { isVerified } from '../core/is-verified.ts';
import type { OpenAction } from './open-action.ts';
import { permitEnrolment, permitProof } from './permit.ts';
import type { AuthenticatorRow } from '../storage/queries/authenticators.ts';

/**
 * The authenticator of a method to send a message to: the one that the request names, otherwise the verified one,
 * otherwise the latest pending one. The contact never comes from the request (A28).
 * @throws {Refusal} `invalid_request` if there is none, otherwise as the permits do
 */
export function contactToChallenge(
  action: OpenAction,
  method: string,
  authenticatorId?: string,
): AuthenticatorRow & { readonly contact: Contact } {
  const own = action.row.authenticators.filter((row) => row.verificationMethod === method);
  const chosen =
    authenticatorId === undefined
      ? (own.find(isVerified) ?? own.at(-1))
      : own.find((row) => row.authenticatorId === authenticatorId.toLowerCase());
  if (chosen !== undefined && !isVerified(chosen)) permitEnrolment(action, method);
  else permitProof(action, method);
  const contact = chosen === undefined ? undefined : contactOf(chosen);
  if (chosen === undefined || contact === undefined) {
    throw new Refusal('invalid_request', `The user has no such ${method} authenticator. Enrol one first.`);
  }
  if (!isReachable(contact)) {
    throw new Refusal(
      'invalid_request',
      `The user’s number is not in E.164 form, so no ${method} code can be sent to it.`,
    );
  }
  return { ...chosen, contact };
}
