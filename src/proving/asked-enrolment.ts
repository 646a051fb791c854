import { slots } from '../core/authenticators/slot.ts';
import { contactColumns, haveSameContact } from '../core/authenticators/contact.ts';
import { unheld } from '../core/authenticators/hold.ts';
import type { Contact } from '../core/authenticators/contact.ts';
import type { Enrolment } from './complete-enrolment.ts';
import type { OpenAction } from './open-action.ts';
import type { AuthenticatorRow } from '../storage/queries/authenticators.ts';

/**
 * What a proven contact enrols, as far as the backend asked for it (ruling 17): a first authenticator, another one, or
 * a new contact for the existing one. Undefined if it enrols nothing.
 */
export function askedEnrolment(
  held: OpenAction,
  method: string,
  contact: Contact,
  added: { readonly authenticatorId: string; readonly nowMs: number },
): Enrolment | undefined {
  const own = held.verified.find((row) => row.verificationMethod === method);
  const scopes = held.token.scope.split(' ');
  const columns = contactColumns(contact);
  if (held.verified.length === 0 || (own === undefined && scopes.includes('add:authenticators'))) {
    const authenticator = newAuthenticator(held.key.userId, method, contact, added);
    return { authenticator, place: 'own' };
  }
  if (own !== undefined && !haveSameContact(own, columns) && scopes.includes('update:authenticators')) {
    return { authenticator: { ...own, ...columns, ...unheld }, place: 'moved' };
  }
  return undefined;
}

function newAuthenticator(
  userId: string,
  method: string,
  contact: Contact,
  { authenticatorId, nowMs }: { readonly authenticatorId: string; readonly nowMs: number },
): AuthenticatorRow {
  return {
    userId,
    authenticatorId,
    verificationMethod: method,
    slot: slots.own,
    ...contactColumns(contact),
    credentialId: null,
    state: {},
    secretSealed: null,
    counter: null,
    bestAssurance: null,
    createdAt: nowMs,
    verifiedAt: nowMs,
    lastVerifiedAt: nowMs,
    ...unheld,
  };
}
