import { isVerified } from '../core/is-verified.ts';
import { deleteAuthenticatorRow } from '../storage/queries/authenticators.ts';
import type { AuthenticatorRow } from '../storage/queries/authenticators.ts';
import { forgetDevices } from '../storage/queries/devices.ts';
import { deleteRecoveryCodes } from '../storage/queries/recovery-codes.ts';
import { revokeUserSessionRows } from '../storage/queries/sessions.ts';
import { recordUser } from '../storage/queries/users.ts';
import type { UserRow } from '../storage/queries/users.ts';
import type { Sql } from '../storage/sql.ts';
import type { Context } from '../calls/context.ts';
import { queueNotice } from '../telling/queue-notice.ts';
import { tellAuthenticatorChanges } from '../telling/tell-authenticator-changes.ts';

/**
 * Removes one of the authenticators of a locked user: the user is notified, sessions end, no device is remembered any
 * more, and recovery codes are deleted with the last one. Returns how many sessions ended.
 */
export async function removeAuthenticator(
  sql: Sql,
  context: Context,
  tenantId: string,
  user: UserRow,
  authenticators: readonly AuthenticatorRow[],
  removed: AuthenticatorRow,
): Promise<number> {
  const { userId } = user;
  const { authenticatorId, verificationMethod } = removed;
  const nowMs = context.runtime.clock.now();
  await queueNotice(sql, context, { tenantId }, userId, { type: 'authenticator-removed', verificationMethod });
  await deleteAuthenticatorRow(sql, tenantId, userId, authenticatorId);
  await tellAuthenticatorChanges(sql, context, tenantId, userId, authenticators);
  if (user.defaultAuthenticatorId === authenticatorId) {
    await recordUser(sql, tenantId, { ...user, defaultAuthenticatorId: null }, nowMs);
  }
  if (isLastVerified(authenticators, removed)) await deleteRecoveryCodes(sql, tenantId, userId);
  await forgetDevices(sql, tenantId, userId);
  // Someone with the removed authenticator may have a session that it began (ASVS 7.4.3).
  return revokeUserSessionRows(sql, tenantId, userId, nowMs);
}

/** Whether the user would have no verified authenticator left without this one. */
export function isLastVerified(authenticators: readonly AuthenticatorRow[], removed: AuthenticatorRow): boolean {
  return !authenticators.some((row) => row.authenticatorId !== removed.authenticatorId && isVerified(row));
}
