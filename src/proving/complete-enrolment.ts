import { contactOf, withContact } from '../core/authenticators/contact.ts';
import { isHeld, successorSlot } from '../core/authenticators/hold.ts';
import type { Context } from '../operations/operation.ts';
import { queueNotice } from '../operations/queue-notice.ts';
import {
  addAuthenticator,
  clearSuccessor,
  discardPendingAuthenticators,
  recordAuthenticator,
  takeSlot,
  waitAsSuccessor,
} from '../storage/queries/authenticators.ts';
import type { AuthenticatorRow } from '../storage/queries/authenticators.ts';
import { revokeUserSessionRows } from '../storage/queries/sessions.ts';
import { recordUser } from '../storage/queries/users.ts';
import type { UserRow } from '../storage/queries/users.ts';
import type { Sql } from '../storage/sql.ts';
import { moveAuthenticators } from './replace-contact.ts';

/** An authenticator that is verified now, and how it comes to stand among those that the user has. */
export interface Enrolment {
  readonly authenticator: AuthenticatorRow;
  readonly place:
    /** Beside all others: a new key. */
    | 'beside'
    /** The place of its method, in which a user has one: it has waited for its proof, and what stood there goes. */
    | 'waited for'
    /** Beside the one of its method, whose place it takes when it is held no longer. */
    | 'successor'
    /** Its slot, where what stood there before keeps its id and takes what is new. */
    | 'own'
    /** Where it stood, at a new contact, with all of the user's that are reached by a contact of this kind. */
    | 'moved';
  /** Whether it is the user's default from now on; where nobody says so, if it is the first, or takes the default's place. */
  readonly isDefault?: boolean | undefined;
}

/** What an enrolment has come to. */
export interface CompletedEnrolment {
  /** As it is stored. */
  readonly authenticator: AuthenticatorRow;
  readonly defaultId: string | null;
}

/** What the audit log is told of an enrolment; `verified` as in {@link completeEnrolment}. */
export function enrolmentRemarks(verified: readonly AuthenticatorRow[], enrolment: Enrolment) {
  const { held_until: untilMs } = enrolment.authenticator;
  return {
    enrolled: true,
    isFirst: verified.length === 0,
    replaced: verified.some((row) => isInPlaceOf(row, enrolment)),
    ...(untilMs === null ? {} : { heldUntil: new Date(untilMs).toISOString() }),
  };
}

/**
 * All that follows when an authenticator is enrolled, whichever way it came: the user is told, it stands in its place,
 * sessions end that what it replaces may have begun, it becomes the default where it should, its contact the user's if they
 * had none, and that the user once removed their last one is forgotten (A12). In a transaction that holds the user;
 * `verified` are those that they had, as they were read in it.
 */
export async function completeEnrolment(
  sql: Sql,
  context: Pick<Context, 'runtime'>,
  tenantId: string,
  user: UserRow,
  verified: readonly AuthenticatorRow[],
  enrolment: Enrolment,
): Promise<CompletedEnrolment> {
  const { user_id: userId } = user;
  const { authenticator_id: authenticatorId, verification_method: verificationMethod } = enrolment.authenticator;
  const nowMs = context.runtime.clock.now();
  const replaced = verified.find((row) => isInPlaceOf(row, enrolment));
  // Whoever enrols a contact of their own must not be told in place of the owner: so before it stands there, and not there.
  const exceptId = replaced?.authenticator_id === authenticatorId ? undefined : authenticatorId;
  const { held_until: heldUntilMs } = enrolment.authenticator;
  const added = { type: 'authenticator-added', verificationMethod } as const;
  const notice = heldUntilMs === null ? added : { ...added, heldUntilMs };
  await queueNotice(sql, context, { tenantId }, userId, notice, exceptId);
  const authenticator = await store(sql, tenantId, enrolment);
  // Whoever held the factor that was replaced may hold a session that it began (ASVS 7.4.3).
  if (replaced !== undefined) await revokeUserSessionRows(sql, tenantId, userId, nowMs);
  const defaultId = defaultAfter(user, verified, replaced, enrolment);
  await recordUser(
    sql,
    tenantId,
    {
      // What is held says nothing yet of where its user is reached.
      ...(isHeld(authenticator, nowMs) ? user : withContact(user, contactOf(authenticator))),
      default_authenticator_id: defaultId,
      removed_last_authenticator: false,
    },
    nowMs,
  );
  return { authenticator, defaultId };
}

/** Whether an authenticator stands where the one goes that is enrolled. */
function isInPlaceOf(row: AuthenticatorRow, { authenticator, place }: Enrolment): boolean {
  const slot = place === 'waited for' ? '' : authenticator.slot;
  return row.verification_method === authenticator.verification_method && row.slot === slot;
}

async function store(sql: Sql, tenantId: string, { authenticator, place }: Enrolment): Promise<AuthenticatorRow> {
  const { user_id: userId, verification_method: verificationMethod } = authenticator;
  // Another address that was asked for meanwhile: what was sent there is closed with this.
  if (place === 'waited for' || place === 'successor') {
    await discardPendingAuthenticators(sql, tenantId, userId, verificationMethod);
  }
  switch (place) {
    case 'beside':
      await addAuthenticator(sql, tenantId, authenticator);
      return authenticator;
    case 'waited for':
      await takeSlot(sql, tenantId, authenticator);
      return { ...authenticator, slot: '' };
    case 'successor':
      await waitAsSuccessor(sql, tenantId, authenticator);
      return { ...authenticator, slot: successorSlot };
    case 'own':
      await clearSuccessor(sql, tenantId, authenticator);
      return recordAuthenticator(sql, tenantId, authenticator);
    case 'moved': {
      const contact = contactOf(authenticator);
      if (contact === undefined) throw new Error('What has no contact cannot move.');
      await moveAuthenticators(sql, tenantId, userId, contact);
      return authenticator;
    }
  }
}

function defaultAfter(
  { default_authenticator_id: earlier }: UserRow,
  verified: readonly AuthenticatorRow[],
  replaced: AuthenticatorRow | undefined,
  { authenticator, isDefault }: Enrolment,
): string | null {
  const isKept = verified.some((row) => row.authenticator_id === earlier && row !== replaced);
  const kept = isKept ? earlier : null;
  // What takes another's place is the user's default if that was. What is held is nobody's first choice.
  const isNext = isDefault ?? (authenticator.held_until === null && (verified.length === 0 || earlier !== kept));
  return isNext ? authenticator.authenticator_id : kept;
}
