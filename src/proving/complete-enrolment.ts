import { contactOf, withContact } from '../core/authenticators/contact.ts';
import { isHeld } from '../core/authenticators/hold.ts';
import { slots } from '../core/authenticators/slot.ts';
import type { Context } from '../calls/context.ts';
import { queueNotice } from '../telling/queue-notice.ts';
import { tellAuthenticatorChanges } from '../telling/tell-authenticator-changes.ts';
import {
  addAuthenticator,
  clearSuccessor,
  discardPendingAuthenticators,
  keepAppStatement,
  recordAuthenticator,
  takeSlot,
  waitAsSuccessor,
} from '../storage/queries/authenticators.ts';
import type { AppStatement, AuthenticatorRow } from '../storage/queries/authenticators.ts';
import { forgetDevices } from '../storage/queries/devices.ts';
import { revokeUserSessionRows } from '../storage/queries/sessions.ts';
import { recordUser } from '../storage/queries/users.ts';
import type { UserRow } from '../storage/queries/users.ts';
import type { Sql } from '../storage/sql.ts';
import { moveAuthenticators } from './replace-contact.ts';

/** A newly verified authenticator, and where it goes among those of the user. */
export interface Enrolment {
  readonly authenticator: AuthenticatorRow;
  readonly place:
    /** In addition to all others: a new key. */
    | 'beside'
    /** The only place of its method: it was pending until this proof, and replaces what was there. */
    | 'waited for'
    /** Beside the one of its method, which it replaces when its hold ends. */
    | 'successor'
    /** Its own slot: an authenticator that was there keeps its id and gets the new data. */
    | 'own'
    /** Where it was, with a new contact. All of the user's authenticators for this kind of contact move with it. */
    | 'moved';
  /**
   * A statement about its app that could not be checked, to be kept with it; undefined for none. Only of a new key.
   */
  readonly appStatement?: AppStatement | undefined;
  /**
   * Whether it becomes the user's default. If undefined: only if it is not held, and is the first or replaces the
   * default.
   */
  readonly isDefault?: boolean | undefined;
}

/** The result of an enrolment. */
export interface CompletedEnrolment {
  /** As it is stored. */
  readonly authenticator: AuthenticatorRow;
  readonly defaultId: string | null;
}

/** What the audit event says about an enrolment; `verified` as in {@link completeEnrolment}. */
export function enrolmentRemarks(verified: readonly AuthenticatorRow[], enrolment: Enrolment) {
  const { heldUntil: untilMs } = enrolment.authenticator;
  return {
    enrolled: true,
    isFirst: verified.length === 0,
    replaced: verified.some((row) => isInPlaceOf(row, enrolment)),
    ...(untilMs === null ? {} : { heldUntil: new Date(untilMs).toISOString() }),
  };
}

/**
 * Everything that follows when an authenticator is enrolled, in whichever way. The user is notified. It is stored in
 * its place. No device is remembered any more. Sessions that the replaced one may have begun end. It becomes the default if it should. Its contact
 * becomes the user's if they had none. The mark that the user once removed their last authenticator is cleared (A12).
 * Call it in a transaction that has locked the user; `verified` are the authenticators that the user had, as read in
 * that transaction.
 */
export async function completeEnrolment(
  sql: Sql,
  context: Pick<Context, 'runtime'>,
  tenantId: string,
  user: UserRow,
  verified: readonly AuthenticatorRow[],
  enrolment: Enrolment,
): Promise<CompletedEnrolment> {
  const { userId } = user;
  const { authenticatorId, verificationMethod } = enrolment.authenticator;
  const nowMs = context.runtime.clock.now();
  const replaced = verified.find((row) => isInPlaceOf(row, enrolment));
  // An attacker who enrols their own contact must not be notified instead of the owner. So the notice is queued before
  // the new contact is stored, and never goes to it.
  const exceptId = replaced?.authenticatorId === authenticatorId ? undefined : authenticatorId;
  const { heldUntil: heldUntilMs } = enrolment.authenticator;
  const added = { type: 'authenticator-added', verificationMethod } as const;
  const notice = heldUntilMs === null ? added : { ...added, heldUntilMs };
  await queueNotice(sql, context, { tenantId }, userId, notice, exceptId);
  const authenticator = await store(sql, context, tenantId, enrolment);
  // Whoever changes how the user verifies proves it anew on every device.
  await forgetDevices(sql, tenantId, userId);
  // A successor was told of when it was enrolled.
  const waiting = enrolment.authenticator.slot === slots.successor ? [enrolment.authenticator] : [];
  await tellAuthenticatorChanges(sql, context, tenantId, userId, [...verified, ...waiting]);
  // Someone with the replaced authenticator may have a session that it began (ASVS 7.4.3).
  if (replaced !== undefined) await revokeUserSessionRows(sql, tenantId, userId, nowMs);
  const defaultId = defaultAfter(user, verified, replaced, enrolment);
  await recordUser(
    sql,
    tenantId,
    {
      // A held authenticator does not prove the user's contact yet.
      ...(isHeld(authenticator, nowMs) ? user : withContact(user, contactOf(authenticator))),
      defaultAuthenticatorId: defaultId,
      removedLastAuthenticator: false,
    },
    nowMs,
  );
  return { authenticator, defaultId };
}

/** Whether an authenticator is in the place where the enrolled one goes. */
function isInPlaceOf(row: AuthenticatorRow, { authenticator, place }: Enrolment): boolean {
  const slot = place === 'waited for' ? slots.own : authenticator.slot;
  return row.verificationMethod === authenticator.verificationMethod && row.slot === slot;
}

async function store(
  sql: Sql,
  context: Pick<Context, 'runtime'>,
  tenantId: string,
  { authenticator, place, appStatement }: Enrolment,
): Promise<AuthenticatorRow> {
  const { userId, verificationMethod } = authenticator;
  // Another address may have been requested in the meantime: this also closes what was sent there.
  if (place === 'waited for' || place === 'successor') {
    await discardPendingAuthenticators(sql, tenantId, userId, verificationMethod);
  }
  switch (place) {
    case 'beside':
      await addAuthenticator(sql, tenantId, authenticator);
      if (appStatement !== undefined) await keepAppStatement(sql, tenantId, authenticator, appStatement);
      return authenticator;
    case 'waited for':
      await takeSlot(sql, tenantId, authenticator);
      return { ...authenticator, slot: slots.own };
    case 'successor':
      await waitAsSuccessor(sql, tenantId, authenticator);
      return { ...authenticator, slot: slots.successor };
    case 'own':
      await clearSuccessor(sql, tenantId, authenticator);
      return recordAuthenticator(sql, tenantId, authenticator);
    case 'moved': {
      const contact = contactOf(authenticator);
      if (contact === undefined) throw new Error('What has no contact cannot move.');
      await moveAuthenticators(sql, context, tenantId, userId, contact);
      return authenticator;
    }
  }
}

function defaultAfter(
  { defaultAuthenticatorId: earlier }: UserRow,
  verified: readonly AuthenticatorRow[],
  replaced: AuthenticatorRow | undefined,
  { authenticator, isDefault }: Enrolment,
): string | null {
  const isKept = verified.some((row) => row.authenticatorId === earlier && row !== replaced);
  const kept = isKept ? earlier : null;
  // A replacement becomes the default if the replaced one was. A held authenticator never becomes the default by
  // itself.
  const isNext = isDefault ?? (authenticator.heldUntil === null && (verified.length === 0 || earlier !== kept));
  return isNext ? authenticator.authenticatorId : kept;
}
