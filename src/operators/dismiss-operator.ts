import type { Context } from '../calls/context.ts';
import { removeAuthenticator } from '../proving/remove-authenticator.ts';
import { holdFactors } from '../proving/settle-factors.ts';
import { listMembershipsOf } from '../storage/queries/memberships.ts';
import { deleteOperator } from '../storage/queries/operators.ts';
import { portalTenantId } from '../storage/queries/tenants.ts';
import type { Sql } from '../storage/sql.ts';

/**
 * Deletes an operator who may come in to no tenant any more: sessions, an open invitation and passkeys with them. Others stay
 * as they are.
 */
export async function dismissOperator(sql: Sql, context: Context, operatorId: string): Promise<void> {
  if ((await listMembershipsOf(sql, portalTenantId, operatorId)).length > 0) return;
  await removePasskeys(sql, context, operatorId);
  await deleteOperator(sql, portalTenantId, operatorId);
}

/** Removes every passkey of an operator. Returns how many there were. */
export async function removePasskeys(sql: Sql, context: Context, operatorId: string): Promise<number> {
  const factors = await holdFactors(sql, context, portalTenantId, operatorId);
  if (factors === undefined) return 0;
  let left = factors.authenticators;
  for (const removed of factors.authenticators) {
    await removeAuthenticator(sql, context, portalTenantId, factors.user, left, removed);
    left = left.filter((row) => row !== removed);
  }
  return factors.authenticators.length;
}
