import { deleteAuthenticatorRow } from '../storage/queries/authenticators.ts';
import type { AuthenticatorRow } from '../storage/queries/authenticators.ts';
import { deleteRecoveryCodes } from '../storage/queries/recovery-codes.ts';
import { revokeUserSessionRows } from '../storage/queries/sessions.ts';
import { recordUser } from '../storage/queries/users.ts';
import type { UserRow } from '../storage/queries/users.ts';
import type { Sql } from '../storage/sql.ts';
import type { Context } from './operation.ts';
import { queueNotice } from './queue-notice.ts';

/**
 * Removes one of the authenticators of a user who is held: the user is told, sessions end, and recovery codes go with the
 * last one. Gives how many sessions ended.
 */
export async function removeAuthenticator(
  sql: Sql,
  context: Context,
  tenantId: string,
  user: UserRow,
  authenticators: readonly AuthenticatorRow[],
  removed: AuthenticatorRow,
): Promise<number> {
  const { user_id: userId } = user;
  const { authenticator_id: authenticatorId, verification_method: verificationMethod } = removed;
  const nowMs = context.runtime.clock.now();
  await queueNotice(sql, context, { tenantId }, userId, { type: 'authenticator-removed', verificationMethod });
  await deleteAuthenticatorRow(sql, tenantId, userId, authenticatorId);
  if (user.default_authenticator_id === authenticatorId) {
    await recordUser(sql, tenantId, { ...user, default_authenticator_id: null }, nowMs);
  }
  if (isLastVerified(authenticators, removed)) await deleteRecoveryCodes(sql, tenantId, userId);
  // Whoever held the lost factor may hold a session that it began (ASVS 7.4.3).
  return revokeUserSessionRows(sql, tenantId, userId, nowMs);
}

/** Whether nothing that is verified would be left without one of the user's authenticators. */
export function isLastVerified(authenticators: readonly AuthenticatorRow[], removed: AuthenticatorRow): boolean {
  return !authenticators.some((row) => row.authenticator_id !== removed.authenticator_id && row.verified_at !== null);
}
