/** What guesses are counted for: the thing that is guessed (ruling 43). Names that outlive their user are HMACs. */
import { contactOf, haveSameContact } from '../core/authenticators/contact.ts';
import type { Contact, ContactColumns } from '../core/authenticators/contact.ts';
import { successorSlot } from '../core/authenticators/hold.ts';
import type { Tenant } from '../storage/published.ts';
import type { AuthenticatorRow } from '../storage/queries/authenticators.ts';
import { authenticatorSubject } from '../storage/queries/guess-budgets.ts';
import type { GuessSubject } from '../storage/queries/guess-budgets.ts';
import { contactSubject, countedForm, hiddenName } from './contact-subject.ts';

/** What a guess is counted for, and so which right ones make failures forgotten. */
export interface Guesses extends GuessSubject {
  readonly of:
    /** A verified authenticator: one by it does, one by what spends beside it does not. */
    | { readonly kind: 'authenticator'; readonly authenticatorId: string }
    /** A method of which the user has nothing verified: a right one ends waits and a lock, and the count to a hundred stays. */
    | { readonly kind: 'unverified' }
    /** A contact of nobody yet, or a user's recovery codes. */
    | { readonly kind: 'whole' };
}

type Countable = Pick<AuthenticatorRow, 'authenticator_id' | 'verification_method' | 'slot' | 'email' | 'phone_number'>;

/** A user, with their authenticators. */
interface Guessed {
  readonly tenant: Tenant;
  readonly key: { readonly userId: string };
  readonly verified: readonly Countable[];
}

/**
 * The guesses at a method of a user's, of which a code was sent to `contact` if to any: what is not verified yet has none of
 * its own, and a successor shares those of the app that it is to replace.
 */
export function userGuesses(
  { tenant, key, verified }: Guessed,
  verificationMethod: string,
  contact?: ContactColumns,
): Guesses {
  const { tenantId } = tenant;
  const { userId } = key;
  const owner = ownerOf(tenant, userId);
  const rows = verified.filter((row) => row.verification_method === verificationMethod);
  const row = rows.find(({ slot }) => slot !== successorSlot) ?? rows[0];
  const guesses = { tenantId, owner, verificationMethod, userId, isBeside: false };
  return row === undefined
    ? { ...guesses, subject: owner, of: { kind: 'unverified' } }
    : {
        ...guesses,
        subject: subjectOf(tenant, userId, row),
        isBeside: contact !== undefined && !haveSameContact(row, contact),
        of: { kind: 'authenticator', authenticatorId: row.authenticator_id },
      };
}

/** The guesses at a user's recovery codes, which are counted over all their sets. */
export function recoveryCodeGuesses(tenant: Tenant, userId: string, verificationMethod: string): Guesses {
  const owner = ownerOf(tenant, userId);
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

/** The guesses at codes that were sent to a contact of nobody yet. */
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

/** The guesses at one authenticator of a user's. */
export function authenticatorGuesses(tenant: Tenant, userId: string, row: Countable): Guesses {
  const { verification_method: verificationMethod, authenticator_id: authenticatorId } = row;
  return {
    tenantId: tenant.tenantId,
    owner: ownerOf(tenant, userId),
    subject: subjectOf(tenant, userId, row),
    isBeside: false,
    verificationMethod,
    userId,
    of: { kind: 'authenticator', authenticatorId },
  };
}

/** Everything that guesses of a user's are counted for, with these verified authenticators of theirs. */
export function guessSubjects(
  tenant: Tenant,
  userId: string,
  verified: readonly Countable[],
): { readonly owner: string; readonly subjects: readonly string[] } {
  const owner = ownerOf(tenant, userId);
  return { owner, subjects: [owner, ...verified.map((row) => subjectOf(tenant, userId, row))] };
}

function ownerOf(tenant: Tenant, userId: string): string {
  return `user-id:${hiddenName(tenant, ['user', userId])}`;
}

function subjectOf(tenant: Tenant, userId: string, row: Countable): string {
  const contact = contactOf(row);
  if (contact === undefined) return authenticatorSubject(row.authenticator_id);
  // Of this user's: nobody's guesses at another user's code, sent to the same contact, lock this one out.
  return `own-contact:${hiddenName(tenant, ['own contact', userId, countedForm(contact)])}`;
}
