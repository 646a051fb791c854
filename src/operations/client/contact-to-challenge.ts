import { Refusal } from '../../contract/errors.ts';
import type { AuthenticatorRow } from '../../storage/queries/authenticators.ts';
import type { OpenAction } from './open-action.ts';
import { permitEnrolment, permitProof } from './permit.ts';

/**
 * The authenticator of a method that a message may go to: the one that is named, else the enrolled one, else the one that
 * is being enrolled. An address never comes from the request (A28).
 * @throws {Refusal} `invalid_request` if there is none, else as the permits do
 */
export function contactToChallenge(
  action: OpenAction,
  method: string,
  authenticatorId?: string,
): AuthenticatorRow & { readonly email: string } {
  const own = action.row.authenticators.filter((row) => row.verification_method === method);
  const chosen =
    authenticatorId === undefined
      ? (own.find((row) => row.verified_at !== null) ?? own[0])
      : own.find((row) => row.authenticator_id === authenticatorId.toLowerCase());
  if (chosen?.verified_at === null) permitEnrolment(action, method);
  else permitProof(action, method);
  if (chosen === undefined || chosen.email === null) {
    throw new Refusal('invalid_request', `The user has no such ${method} authenticator. Enrol one first.`);
  }
  return { ...chosen, email: chosen.email };
}
