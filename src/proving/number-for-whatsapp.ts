import { Refusal } from '../contract/errors.ts';
import { contactOf, isReachable, phoneContact } from '../core/authenticators/contact.ts';
import { isVerified } from '../core/is-verified.ts';
import type { Context } from '../calls/context.ts';
import type { AuthenticatorRow } from '../storage/queries/authenticators.ts';
import { contactToChallenge } from './contact-to-challenge.ts';
import type { OpenAction } from './open-action.ts';
import { pendingContact } from './pending-contact.ts';
import { permitEnrolment, permitProof } from './permit.ts';
import type { Recipient, Sending } from './send-challenge.ts';

const method = 'WHATSAPP';

/**
 * Where a code by WhatsApp goes: to the authenticator that the request names; otherwise to the user's number for
 * WhatsApp; otherwise to their verified number for text messages, which it proves as well; otherwise to a number that is
 * known and that the token permits to enrol. It never comes from the request (A28).
 * @throws {Refusal} `invalid_request` if there is none, otherwise as the permits do
 */
export function numberForWhatsapp(
  context: Context,
  action: OpenAction,
  authenticatorId: string | undefined,
): { readonly recipient: Recipient; readonly sending: Omit<Sending, 'unlessOpen'> } {
  const rows = action.row.authenticators;
  const own = rows.filter((row) => row.verificationMethod === method);
  const texted = rows.filter((row) => row.verificationMethod === 'SMS');
  const proven = texted.find((row) => isVerified(row) && isReachableRow(row));
  if (authenticatorId !== undefined || own.some(isVerified) || (proven === undefined && own.length > 0)) {
    return { recipient: contactToChallenge(action, method, authenticatorId), sending: {} };
  }
  if (proven !== undefined) {
    permitProof(action, method, proven);
    const contact = phoneContact(proven.phoneNumber ?? '');
    return { recipient: { ...proven, verificationMethod: method, contact }, sending: {} };
  }
  const known = texted.at(-1)?.phoneNumber ?? action.row.phoneNumber;
  permitEnrolment(action, method);
  if (known === null || !isReachable(phoneContact(known))) {
    throw new Refusal('invalid_request', 'No phone number of the user is known in E.164 form. Enrol one first.');
  }
  return pendingContact(context, action, method, phoneContact(known));
}

function isReachableRow(row: AuthenticatorRow): boolean {
  const contact = contactOf(row);
  return contact !== undefined && isReachable(contact);
}
