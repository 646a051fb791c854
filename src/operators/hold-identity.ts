import { loadOperatorIdentity } from '../storage/queries/operator-identities.ts';
import type { OperatorIdentity } from '../storage/queries/operator-identities.ts';
import { lockOperator } from '../storage/queries/operators.ts';
import { portalTenantId } from '../storage/queries/tenants.ts';
import type { Sql } from '../storage/sql.ts';

/**
 * Whether an identity at the issuer is the operator's, until the transaction ends: an invitation that is redeemed meanwhile
 * waits, and then ends what is begun here.
 */
export async function holdsIdentity(
  sql: Sql,
  operatorId: string,
  { issuer, subject }: OperatorIdentity,
): Promise<boolean> {
  await lockOperator(sql, portalTenantId, operatorId);
  const own = await loadOperatorIdentity(sql, portalTenantId, operatorId);
  return own?.issuer === issuer && own.subject === subject;
}
