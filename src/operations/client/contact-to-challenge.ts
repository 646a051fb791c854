import { Refusal } from '../../contract/errors.ts';
import { contactOf } from '../../core/authenticators/contact.ts';
import type { Contact } from '../../core/authenticators/contact.ts';
import type { OpenAction } from '../../proving/open-action.ts';
import { permitEnrolment, permitProof } from '../../proving/permit.ts';
import type { AuthenticatorRow } from '../../storage/queries/authenticators.ts';

/**
 * The authenticator of a method that a message may go to: the one that is named, else the enrolled one, else the one that
 * is being enrolled, the latest of them. A contact never comes from the request (A28).
 * @throws {Refusal} `invalid_request` if there is none, else as the permits do
 */
export function contactToChallenge(
  action: OpenAction,
  method: string,
  authenticatorId?: string,
): AuthenticatorRow & { readonly contact: Contact } {
  const own = action.row.authenticators.filter((row) => row.verification_method === method);
  const chosen =
    authenticatorId === undefined
      ? (own.find((row) => row.verified_at !== null) ?? own.at(-1))
      : own.find((row) => row.authenticator_id === authenticatorId.toLowerCase());
  if (chosen?.verified_at === null) permitEnrolment(action, method);
  else permitProof(action, method);
  const contact = chosen === undefined ? undefined : contactOf(chosen);
  if (chosen === undefined || contact === undefined) {
    throw new Refusal('invalid_request', `The user has no such ${method} authenticator. Enrol one first.`);
  }
  return { ...chosen, contact };
}
