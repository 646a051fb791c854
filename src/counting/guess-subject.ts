/** What guesses are counted for: what is being guessed (ruling 43). Names that outlive their user are HMACs. */
import { contactOf, haveSameContact } from '../core/authenticators/contact.ts';
import type { Contact, ContactColumns } from '../core/authenticators/contact.ts';
import { isSuccessor } from '../core/authenticators/slot.ts';
import type { Tenant } from '../storage/published.ts';
import type { AuthenticatorRow } from '../storage/queries/authenticators.ts';
import { authenticatorSubject } from '../storage/queries/guess-budgets.ts';
import type { GuessSubject } from '../storage/queries/guess-budgets.ts';
import { contactSubject, countedForm, hiddenName } from './contact-subject.ts';

/** What a guess is counted for, and so which right guesses clear its failures. */
export interface Guesses extends GuessSubject {
  readonly of:
    /** A verified authenticator: its own right guesses clear failures, those of others that share its count do not. */
    | { readonly kind: 'authenticator'; readonly authenticatorId: string }
    /**
     * A method of which the user has nothing verified: a right guess ends waits and a lock, but the count to a hundred
     * stays.
     */
    | { readonly kind: 'unverified' }
    /** A contact that belongs to no user yet, or a user's recovery codes: every right guess clears failures. */
    | { readonly kind: 'whole' };
}

type Countable = Pick<AuthenticatorRow, 'authenticatorId' | 'verificationMethod' | 'slot' | 'email' | 'phoneNumber'>;

/** A user, with their authenticators. */
interface Guessed {
  readonly tenant: Tenant;
  readonly key: { readonly userId: string };
  readonly verified: readonly Countable[];
}

/**
 * The guesses at a user's method; `contact` is where the code was sent, if it was sent. What is not verified yet has no
 * count of its own, and a successor shares that of the app that it would replace.
 */
export function userGuesses(
  { tenant, key, verified }: Guessed,
  verificationMethod: string,
  contact?: ContactColumns,
): Guesses {
  const { tenantId } = tenant;
  const { userId } = key;
  const owner = userSubject(tenant, userId);
  const rows = verified.filter((row) => row.verificationMethod === verificationMethod);
  const row = rows.find((one) => !isSuccessor(one)) ?? rows[0];
  const guesses = { tenantId, owner, verificationMethod, userId, isBeside: false };
  return row === undefined
    ? { ...guesses, subject: owner, of: { kind: 'unverified' } }
    : {
        ...guesses,
        subject: subjectOf(tenant, userId, row),
        isBeside: contact !== undefined && !haveSameContact(row, contact),
        of: { kind: 'authenticator', authenticatorId: row.authenticatorId },
      };
}

/** The guesses at a user's recovery codes, which are counted across all their sets. */
export function recoveryCodeGuesses(tenant: Tenant, userId: string, verificationMethod: string): Guesses {
  const owner = userSubject(tenant, userId);
  return {
    tenantId: tenant.tenantId,
    owner,
    subject: owner,
    isBeside: false,
    verificationMethod,
    userId,
    of: { kind: 'whole' },
  };
}

/** The guesses at codes that were sent to a contact that belongs to no user yet. */
export function contactGuesses(tenant: Tenant, contact: Contact, verificationMethod: string): Guesses {
  const subject = contactSubject(tenant, contact);
  const { tenantId } = tenant;
  return {
    tenantId,
    owner: subject,
    subject,
    isBeside: false,
    verificationMethod,
    userId: undefined,
    of: { kind: 'whole' },
  };
}

/** The guesses at the first code of an app that is set up with an operator's invitation. */
export function invitationGuesses(tenant: Tenant, digest: Buffer, verificationMethod: string): Guesses {
  const subject = `invitation:${hiddenName(tenant, ['invitation', digest.toString('base64url')])}`;
  const { tenantId } = tenant;
  return {
    tenantId,
    owner: subject,
    subject,
    isBeside: false,
    verificationMethod,
    userId: undefined,
    of: { kind: 'whole' },
  };
}

/** The guesses at one of a user's authenticators. */
export function authenticatorGuesses(tenant: Tenant, userId: string, row: Countable): Guesses {
  const { verificationMethod, authenticatorId } = row;
  return {
    tenantId: tenant.tenantId,
    owner: userSubject(tenant, userId),
    subject: subjectOf(tenant, userId, row),
    isBeside: false,
    verificationMethod,
    userId,
    of: { kind: 'authenticator', authenticatorId },
  };
}

/** Everything that guesses at a user's codes are counted for, given the user's verified authenticators. */
export function guessSubjects(
  tenant: Tenant,
  userId: string,
  verified: readonly Countable[],
): { readonly owner: string; readonly subjects: readonly string[] } {
  const owner = userSubject(tenant, userId);
  return { owner, subjects: [owner, ...verified.map((row) => subjectOf(tenant, userId, row))] };
}

/** The name of a user where nothing is to reveal who it is. */
export function userSubject(tenant: Tenant, userId: string): string {
  return `user-id:${hiddenName(tenant, ['user', userId])}`;
}

function subjectOf(tenant: Tenant, userId: string, row: Countable): string {
  const contact = contactOf(row);
  if (contact === undefined) return authenticatorSubject(row.authenticatorId);
  // Of this user only: guesses at another user's code, sent to the same contact, must not lock this user out.
  return `own-contact:${hiddenName(tenant, ['own contact', userId, countedForm(contact)])}`;
}
