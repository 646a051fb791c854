import type { Context } from '../calls/context.ts';
import { removeAuthenticator } from '../proving/remove-authenticator.ts';
import { holdFactors } from '../proving/settle-factors.ts';
import { loadUserActions, recordActionState } from '../storage/queries/actions/actions.ts';
import { listMembershipsOf } from '../storage/queries/memberships.ts';
import { deleteOperator, lockOperator } from '../storage/queries/operators.ts';
import { portalTenantId } from '../storage/queries/tenants.ts';
import type { Sql } from '../storage/sql.ts';

/**
 * Deletes an operator who may come in to no tenant any more: sessions, an open invitation, passkeys and a password with them. Others stay
 * as they are.
 */
export async function dismissOperator(sql: Sql, context: Context, operatorId: string): Promise<void> {
  // Another tenant may be admitting them now: what it has written is read, or it finds no operator any more.
  await lockOperator(sql, portalTenantId, operatorId);
  if ((await listMembershipsOf(sql, portalTenantId, operatorId)).length > 0) return;
  await removeAuthenticators(sql, context, operatorId);
  await deleteOperator(sql, portalTenantId, operatorId);
}

// Longer than a token of the portal's tenant lives.
const tokensLiveMs = 15 * 60_000;

/**
 * Ends what an operator has begun or proved: tokens from before a new invitation was redeemed add no passkey any more. None but
 * `actionId` stays.
 */
export async function endEarlierActions(
  sql: Sql,
  { runtime }: Pick<Context, 'runtime'>,
  operatorId: string,
  actionId: string,
): Promise<void> {
  const nowMs = runtime.clock.now();
  const actions = await loadUserActions(sql, {
    tenantId: portalTenantId,
    userId: operatorId,
    fromMs: nowMs - tokensLiveMs,
    actionCodes: undefined,
    state: undefined,
    after: undefined,
    limit: 1_000,
  });
  for (const { userId, actionCode, idempotencyKey, ...action } of actions) {
    if (action.actionId === actionId) continue;
    const key = { tenantId: portalTenantId, userId, actionCode, idempotencyKey };
    await recordActionState(sql, key, { state: 'BLOCK', nowMs, moveId: runtime.ids.uuid() });
  }
}

/** Removes every passkey and app of an operator. Returns how many there were. */
export async function removeAuthenticators(sql: Sql, context: Context, operatorId: string): Promise<number> {
  const factors = await holdFactors(sql, context, portalTenantId, operatorId);
  if (factors === undefined) return 0;
  let left = factors.authenticators;
  for (const removed of factors.authenticators) {
    await removeAuthenticator(sql, context, portalTenantId, factors.user, left, removed);
    left = left.filter((row) => row !== removed);
  }
  return factors.authenticators.length;
}
